import { describe, expect, test } from 'vitest';
import { resolveRemote, whereRemoteLies } from './rclone-remote.ts';

const SECTIONS = {
  offsite: { type: 's3', endpoint: 'https://s3.ministry.go.th' },
  minio: { type: 's3', endpoint: 'http://127.0.0.1:9000' },
  aws: { type: 's3', provider: 'AWS' },
  nas: { type: 'sftp', host: 'nas.agency.go.th' },
  self: { type: 'sftp', host: 'localhost' },
  dav: { type: 'webdav', url: 'https://[::1]/dav' },
  drive: { type: 'drive' },
  disk: { type: 'local' },
  secret: { type: 'crypt', remote: 'offsite:bucket' },
  secretdisk: { type: 'crypt', remote: '/mnt/disk' },
  twice: { type: 'alias', remote: 'secretdisk:x' },
  round: { type: 'alias', remote: 'round:x' },
  broken: {},
} as Record<string, Record<string, string>>;

describe('where a remote lies', () => {
  test.each([
    ['offsite:saraban', 'elsewhere'],
    ['aws:bucket', 'elsewhere'],
    ['nas:/srv/saraban', 'elsewhere'],
    ['drive:', 'elsewhere'],
    ['secret:x', 'elsewhere'],
    [':sftp,host=nas.example:/x', 'elsewhere'],
    [':s3,provider=Minio,endpoint="http://s3.example:9000":bucket', 'elsewhere'],
    ['nas,port=2222:/x', 'elsewhere'],
    ['/mnt/nas/x', 'here'],
    ['disk:/mnt/x', 'here'],
    [':local:/mnt/x', 'here'],
    ['minio:copies', 'here'],
    ['self:x', 'here'],
    ['dav:x', 'here'],
    ['nas,host=127.0.0.1:x', 'here'],
    ['secretdisk:x', 'here'],
    ['twice:x', 'here'],
    [':memory:x', 'here'],
    ['nowhere:x', 'unknown'],
    ['round:x', 'unknown'],
    ['broken:x', 'unknown'],
    ['constructor:x', 'unknown'],
  ])('%s is %s', (remote, where) => {
    expect(resolveRemote(remote, SECTIONS, {})).toBe(where);
  });

  test('a remote that the environment alone names', () => {
    const environment = { RCLONE_CONFIG_FAR_AWAY_TYPE: 'sftp', RCLONE_CONFIG_FAR_AWAY_HOST: 'nas.example' };
    expect(resolveRemote('far-away:x', {}, environment)).toBe('elsewhere');
    expect(resolveRemote('disk:x', SECTIONS, { RCLONE_CONFIG_DISK_TYPE: 'drive' })).toBe('elsewhere');
  });

  test('says why not', async () => {
    const dump = async () => JSON.stringify(SECTIONS);
    expect(await whereRemoteLies('offsite:x', dump)).toEqual({ elsewhere: true, reason: null });
    expect((await whereRemoteLies('disk:x', dump)).reason?.en).toContain('this very machine');
    expect((await whereRemoteLies('nowhere:x', dump)).reason?.en).toContain('no remote');
  });
});
