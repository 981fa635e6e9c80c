// before anything is drawn: the look that this browser chose in the portal (src/cookies.ts)
document.documentElement.dataset.theme = /(?:^|; )callscope_theme=(\w+)/.exec(document.cookie)?.[1] ?? 'system';

// opens the page that was meant as soon as the portal answers: a screen on the wall has nobody to press a key
const open = () => location.reload();
addEventListener('online', open);
setInterval(() => {
  fetch('/icon.svg', { cache: 'no-store', method: 'HEAD' }).then(open, () => undefined);
}, 10_000);
