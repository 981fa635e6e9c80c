import type { Session } from '@callscope/modules/access/sessions.ts';
import type { Locale } from '#words/words.ts';

declare global {
  namespace App {
    interface Locals {
      session: Session | null;
      locale: Locale;
      theme: Theme;
    }
    interface Error {
      message: string;
      /** for support: found in the portal's log */
      code?: string;
    }
  }
  type Theme = 'system' | 'light' | 'dark';
}
