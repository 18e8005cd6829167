/** One thing the doctor looked at: how it stands, what that means, what to do about it. */
export type Check = {
  name: string;
  /** `fault`: the appliance cannot do its work so. `warning`: it can, but somebody should know. */
  state: 'good' | 'warning' | 'fault';
  th: string;
  en: string;
  /** Missing when there is nothing to do. */
  remedy?: { th: string; en: string };
};
