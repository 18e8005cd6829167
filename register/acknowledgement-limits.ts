/**
 * The circuit breakers of acknowledgements (I6): how many an hour, to one sender and in all, before the rest waits for an officer.
 * gateway/acknowledge holds them; the page of the agency's settings shows and changes them.
 */

export interface AcknowledgementLimits {
  perSender: number;
  inAll: number;
}

/**
 * A ministry sends dozens of letters in a morning, and each must be reported to it (clause 29); a loop of two programs sends one a second.
 * Too low a limit makes officers press for every one, too high a one lets a storm run for an hour: both figures stop a loop within minutes.
 */
export const USUAL_LIMITS: AcknowledgementLimits = { perSender: 60, inAll: 1_000 };

/** The agency's own out of agency.settings (`acknowledgementsPerSender`, `acknowledgementsPerHour`); what is no whole number from 0 counts as not set. */
export function limitsOf(settings: Record<string, unknown>): AcknowledgementLimits {
  const whole = (value: unknown, otherwise: number) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : otherwise;
  return {
    perSender: whole(settings.acknowledgementsPerSender, USUAL_LIMITS.perSender),
    inAll: whole(settings.acknowledgementsPerHour, USUAL_LIMITS.inAll),
  };
}
