import { type DemoCompany, people } from './company.ts';

/**
 * Supports hotels' computers from Kolkata, half an hour off the full hour, at night for clients overseas. In India no
 * subscriber's number begins with 0; +44 7700 900xxx and +1 xxx 555-01xx are kept for fiction by their regulators.
 */
export const MERIDIAN: DemoCompany = {
  id: 'meridian',
  name: 'Meridian Support',
  domain: 'meridian.demo',
  zone: 'Asia/Kolkata',
  country: 'IN',
  locale: 'en',
  net: '10.23.1',
  share: 0.27,
  workingHours: null,
  hours: [
    0.42, 0.36, 0.3, 0.24, 0.2, 0.18, 0.22, 0.34, 0.52, 0.84, 1.08, 1.14, 1.0, 0.7, 0.84, 1.04, 1.1, 1.02, 0.86, 0.72, 0.64, 0.6, 0.54,
    0.48,
  ],
  saturday: 0.42,
  sunday: 0.14,
  mix: { in: 0.58, out: 0.32, internal: 0.1 },
  talk: 150,
  groups: [
    {
      id: 'frontdesk',
      name: 'Front line',
      shifts: [
        [6, 15],
        [13.5, 22.5],
        [22, 7],
      ],
      saturday: 0.7,
      sunday: 0.5,
    },
    {
      id: 'engineers',
      name: 'Engineers',
      shifts: [
        [9.5, 18.5],
        [15, 24],
        [22, 7],
      ],
      saturday: 0.5,
      sunday: 0.4,
    },
    { id: 'sales', name: 'Sales', shifts: [[9.5, 19]], saturday: 0.3, sunday: 0 },
  ],
  employees: people([
    ['301', 'Ananya Banerjee', 'frontdesk'],
    ['302', 'Rohan Mehta', 'frontdesk'],
    ['303', 'Priya Nair', 'frontdesk'],
    ['304', 'Arjun Das', 'frontdesk'],
    ['305', 'Sneha Iyer', 'frontdesk'],
    ['306', 'Vikram Rao', 'frontdesk'],
    ['311', 'Kavya Pillai', 'engineers'],
    ['312', 'Aditya Bose', 'engineers'],
    ['313', 'Meera Joshi', 'engineers'],
    ['314', 'Sanjay Kulkarni', 'engineers'],
    ['315', 'Farhan Qureshi', 'engineers'],
    ['321', 'Ishita Sen', 'sales'],
    ['322', 'Nikhil Chatterjee', 'sales'],
    ['323', 'Tara Fernandes', 'sales'],
  ]),
  spare: { room: { extension: '390', comment: 'Meeting room' }, unplugged: { extension: '391', comment: 'Reception' } },
  numbers: [
    { number: '+913300005501', label: 'Main', channel: null, weight: 26, group: 'frontdesk', legs: 3, talk: 134 },
    { number: '+913300005502', label: 'Website', channel: 'Website', weight: 20, group: 'sales', legs: 3, talk: 102 },
    { number: '+913300005503', label: 'Google Ads', channel: 'Google Ads', weight: 13, group: 'sales', legs: 2, talk: 76 },
    { number: '+913300005510', label: 'Support hotline', channel: null, weight: 32, group: 'frontdesk', legs: 4, talk: 186 },
    { number: '+913300005511', label: 'Overseas clients', channel: null, weight: 15, group: 'engineers', legs: 2, talk: 204 },
  ],
  duty: 'frontdesk',
  liveFloor: 2,
  clientNumbers: [
    '+91330000xxxx',
    '+91220000xxxx',
    '+91800000xxxx',
    '+91440000xxxx',
    '+447700900xxx',
    '+1212555010x',
    '+1415555012x',
    '+1617555019x',
  ],
  signIn: 'e301',
};
