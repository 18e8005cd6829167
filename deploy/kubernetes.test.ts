/** The manifests for Kubernetes, held against its schemas and against each other. No cluster runs where the tests run. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { ROLE_NAMES } from '../cli/roles/role.ts';
import { loadSettings } from '../config/settings.ts';

const FOLDER = fileURLToPath(new URL('./kubernetes/', import.meta.url));
const require = createRequire(import.meta.url);

interface Container {
  name: string;
  image: string;
  args: string[];
  ports?: { name: string; containerPort: number }[];
  securityContext: object;
  resources: { limits: object; requests: object };
  volumeMounts: { name: string; mountPath: string }[];
  [probe: `${string}Probe`]: { tcpSocket?: { port: string }; httpGet?: { port: string } } | undefined;
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  stringData?: Record<string, string>;
  spec: {
    replicas: number;
    strategy: { type: string };
    selector: { matchLabels?: Record<string, string> } & Record<string, unknown>;
    minAvailable?: number;
    ports: { targetPort: string }[];
    template: {
      metadata: { labels: Record<string, string> };
      spec: { containers: Container[]; terminationGracePeriodSeconds: number; securityContext: object; volumes: { name: string }[] };
    };
  };
}
const files = readdirSync(FOLDER).filter(name => name.endsWith('.yaml') && name !== 'kustomization.yaml');
const manifests: { file: string; manifest: Manifest }[] = files.flatMap(file =>
  parseAllDocuments(readFileSync(`${FOLDER}${file}`, 'utf8')).map(document => ({ file, manifest: document.toJS() as Manifest })),
);
const ofKind = (kind: string) => manifests.map(one => one.manifest).filter(one => one.kind === kind);

function check(manifest: Manifest): void {
  const models = require(`kubernetes-models/${manifest.apiVersion}/${manifest.kind}`) as Record<
    string,
    new (
      of: object,
    ) => { validate(): void }
  >;
  const Model = models[manifest.kind] ?? expect.fail(manifest.kind);
  new Model(manifest).validate();
}

it.each(manifests.map(({ file, manifest }) => [`${file} ${manifest.kind}`, manifest] as const))(
  '%s is what its schema says',
  (_, manifest) => {
    expect(() => check(manifest)).not.toThrow();
  },
);

it('a fault in a manifest would be seen', () => {
  const [deployment] = ofKind('Deployment');
  expect(() => check({ ...deployment, spec: { ...deployment?.spec, replicas: 'two' } } as never)).toThrow();
});

describe('the processes', () => {
  it('are all there, each in a Deployment of its own, and the kustomization names every file', () => {
    expect(
      ofKind('Deployment')
        .map(one => one.metadata.name)
        .sort(),
    ).toEqual(ROLE_NAMES.map(role => `saraban-${role}`).sort());
    const { resources, images } = parse(readFileSync(`${FOLDER}kustomization.yaml`, 'utf8')) as {
      resources: string[];
      images: { name: string }[];
    };
    expect([...resources, 'secret.sample.yaml'].sort()).toEqual([...files].sort());
    expect(images.map(one => one.name)).toEqual(['saraban']);
  });

  it.each(ofKind('Deployment').map(one => [one.metadata.name, one] as const))(
    '%s runs its role with as few rights as it can',
    (name, { spec }) => {
      const { metadata, spec: pod } = spec.template;
      const [container] = pod.containers;
      expect(container?.args).toEqual(['start', '--only', name.slice('saraban-'.length)]);
      expect(container?.image).toBe('saraban');
      expect(metadata.labels).toEqual(spec.selector.matchLabels);
      expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(180);
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10025 });
      expect(container?.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container?.resources.limits).toHaveProperty('memory');
      expect(container?.volumeMounts.map(one => one.name).sort()).toEqual(pod.volumes.map(one => one.name).sort());
      const ports = container?.ports?.map(port => port.name) ?? [];
      for (const [key, probe] of Object.entries(container ?? {}))
        if (key.endsWith('Probe'))
          expect(ports).toContain((probe as Container['xProbe'])?.tcpSocket?.port ?? (probe as Container['xProbe'])?.httpGet?.port);
    },
  );

  it('never run the night twice', () => {
    expect(ofKind('Deployment').find(one => one.metadata.name === 'saraban-night')?.spec).toMatchObject({
      replicas: 1,
      strategy: { type: 'Recreate' },
    });
  });

  it('are reached by services, and one of each stays while nodes are emptied', () => {
    const deployments = ofKind('Deployment').map(one => one.spec);
    for (const { metadata, spec } of ofKind('Service')) {
      const behind = deployments.find(one => JSON.stringify(one.selector.matchLabels) === JSON.stringify(spec.selector));
      const ports = behind?.template.spec.containers[0]?.ports?.map(port => port.name) ?? [];
      for (const port of spec.ports) expect(ports, metadata.name).toContain(port.targetPort);
    }
    for (const { spec } of ofKind('PodDisruptionBudget')) {
      const behind = deployments.find(one => JSON.stringify(one.selector.matchLabels) === JSON.stringify(spec.selector.matchLabels));
      expect(behind?.replicas).toBeGreaterThan(spec.minAvailable ?? 0);
    }
    expect(ofKind('PodDisruptionBudget')).toHaveLength(2);
  });
});

it('the settings are such that the appliance understands, and the secret holds every file they name', () => {
  const { data = {} } = ofKind('ConfigMap')[0] ?? {};
  const { stringData = {} } = ofKind('Secret')[0] ?? {};
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(data)) {
    const file = /^\/run\/secrets\/saraban\/(.+)$/.exec(value)?.[1];
    if (file !== undefined) expect(Object.keys(stringData), name).toContain(file);
    if (name.endsWith('_FILE')) env[name.slice(0, -5)] = stringData[file ?? ''] ?? '';
    else env[name] = value;
  }
  expect(loadSettings(env, null, '/')).toMatchObject({ outcome: 'ok' });
});
