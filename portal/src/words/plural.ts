const RULES = { ru: new Intl.PluralRules('ru'), en: new Intl.PluralRules('en') };

/** The form that goes with a number: ru needs one, few and many (1 звонок, 3 звонка, 5 звонков). */
export function plural(locale: 'ru' | 'en', n: number, forms: { one: string; few?: string; many?: string; other?: string }): string {
  const rule = RULES[locale].select(n);
  return forms[rule as keyof typeof forms] ?? forms.other ?? forms.many ?? forms.one;
}
