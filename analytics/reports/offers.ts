import { defineReport } from './define.ts';

/** What employees missed: another measure than the calls that the company missed. */
export const offers = defineReport({
  id: 'offers',
  title: { ru: 'Предложения сотрудникам', en: 'Offers to employees' },
  definition: {
    ru: 'Вызовы сотрудников в звонках, начавшихся в выбранный период. Под условием «Участвовал» – только вызовы этих сотрудников.',
    en: 'Offers to employees in calls that started in the period. With the filter `employee`, only offers to these employees.',
  },
  by: null,
  measures: ['offers', 'offersNotTaken'],
  mostDays: null,
  chart: null,
});

/** The same by the employee that was called. */
export const offersByEmployee = defineReport({
  ...offers,
  id: 'by-employee-offers',
  title: { ru: 'Предложения по сотрудникам', en: 'Offers by employee' },
  by: 'offeredTo',
});
