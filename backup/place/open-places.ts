/** The places that the settings name, ready for use. Nothing is asked of them yet: one that is away must not keep the others from being opened. */
import type { BackupSettings } from '../../config/backup-settings.ts';
import { openFolderPlace } from './folder.ts';
import type { Place } from './place.ts';
import { openRclonePlace } from './rclone.ts';

/** @param data - the data folder: what a place is compared with to tell whether it is elsewhere */
export function openPlaces(backup: Pick<BackupSettings, 'places' | 'bandwidth' | 'rcloneConfig'>, data: string): Place[] {
  return backup.places.map(setting =>
    setting.kind === 'folder'
      ? openFolderPlace(setting.path, { data, bandwidth: backup.bandwidth })
      : openRclonePlace(setting.remote, { config: backup.rcloneConfig, bandwidth: backup.bandwidth }),
  );
}
