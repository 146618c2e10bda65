import type { FailureTexts } from '../../../posts/failure';

const interrupted = (name: string) => `הפרסום ב-${name} נקטע יותר מדי פעמים.`;
const broken = (name: string) => `משהו השתבש אצלנו בזמן הפרסום ב-${name}.`;

/** Hebrew texts of why a network does not have a post. */
export const he: FailureTexts = {
  refused: (name) => `${name} סירבה לפוסט.`,
  unreachable: (name) => `${name} לא ענתה כמצופה, גם אחרי ניסיונות חוזרים.`,
  not_connected: (name) => `${name} כבר לא מחוברת.`,
  not_offered: (name) => `${name} כבר לא מוצעת כאן.`,
  reconnect: (name) => `${name} כבר לא מקבלת את הגישה השמורה. חברו אותה מחדש.`,
  image_gone: () => 'אחת התמונות של הפוסט כבר לא קיימת.',
  missed: (name) => `המועד של הפוסט עבר לפני שניתן היה לפרסם אותו ב-${name}.`,
  post_invalid: (name) => `הפוסט לא יכול היה לצאת ל-${name} כפי שהיה.`,
  insufficient_credits: () => 'לא היו מספיק קרדיטים.',
  failed: (name) => `לא ניתן היה לפרסם את הפוסט ב-${name}.`,
  internal: broken,
  job_cancelled: () => 'הפרסום נעצר.',
  job_timeout: (name) => `הפרסום ב-${name} נמשך יותר מדי זמן והופסק.`,
  job_panicked: broken,
  worker_lost: interrupted,
  job_quarantined: interrupted,
  bad_arguments: broken,
};
