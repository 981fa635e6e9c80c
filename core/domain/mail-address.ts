/** One address and nothing else: neither a list of them nor a header. */
export const MAIL_ADDRESS = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,190}\.[^\s@<>,;:"()[\]\\]{2,60}$/;
