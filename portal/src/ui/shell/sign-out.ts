import { forgetQuestions } from '#page/keep-question.ts';

/** A form of its own: the answer leads to the sign-in page, and nothing of this person stays in memory. */
export function signOut(): void {
  forgetQuestions();
  const form = document.createElement('form');
  form.method = 'POST';
  form.action = '/sign-out';
  document.body.append(form);
  form.submit();
}
