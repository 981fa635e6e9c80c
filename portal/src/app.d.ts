import type { FigureRules } from '@callscope/core/domain/settings.ts';
import type { Session } from '@callscope/modules/access/sessions.ts';
import type { View } from '@callscope/modules/access/views.ts';
import type { Heading } from '#ui/shell.svelte.ts';
import type { Locale } from '#words/words.ts';

declare global {
  namespace App {
    interface Locals {
      session: Session | null;
      locale: Locale;
      theme: Theme;
    }
    interface PageData {
      locale: Locale;
      theme: Theme;
      /** one of the operator's people looks as somebody */
      view?: (View & { who: string }) | null;
      /** of a company's pages */
      company?: { id: string; name: string; timezone: string; country: string; rules: FigureRules };
      /** the top bar's words, where the menu's own name of the page is not enough */
      heading?: Heading;
    }
    interface Error {
      message: string;
      /** for support: found in the portal's log */
      code?: string;
    }
  }
  type Theme = 'system' | 'light' | 'dark';
}
