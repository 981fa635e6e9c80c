import type { LayoutServerLoad } from './$types';

export const load: LayoutServerLoad = ({ locals }) => {
  const { session, locale, theme } = locals;
  const view = session?.view ? { ...session.view, who: session.login } : null;
  return { locale, theme, view };
};
