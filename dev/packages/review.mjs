// What the lock file may hold. Plain JavaScript without a dependency, because it is asked before anything is installed; and
// without the registry, whose audit service is not always there.

/** Licences (SPDX) that let the bridge be given away with the package in it, under MIT. */
export const ALLOWED_LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
];

/** Others, each looked at. Neither is in production. */
const LOOKED_AT = {
  // Data, for the tests' transpiler; whoever gives it away names its authors.
  'caniuse-lite': 'CC-BY-4.0',
  // Means Apache-2.0: its LICENSE file is that.
  'kafka-rest': 'Apache-2',
};

/**
 * What stands in a lock file and should not, a line each.
 * @param lock package-lock.json, parsed
 * @param manifest package.json, parsed
 */
export function faultsOf(lock, manifest) {
  const mayRun = manifest.allowScripts ?? {};
  const faults = packagesOf(lock).flatMap((one) =>
    [
      ...(one.link || one.integrity?.startsWith('sha512-') ? [] : ['has no sha512 integrity']),
      // No package names a place: each comes from the registry that npm is set to, and its bytes are those of the hash.
      ...(one.resolved === undefined || one.link ? [] : [`comes from ${one.resolved}`]),
      ...(one.link ? ['is a link to a folder'] : []),
      ...(one.hasInstallScript && !(one.name in mayRun)
        ? ['runs a script when it is installed, and is not in allowScripts']
        : []),
      ...(isAllowed(one) ? [] : [`has the licence ${one.license ?? 'none'}`]),
    ].map((fault) => `${one.name}@${one.version} ${fault}`),
  );
  const scripted = new Set(
    packagesOf(lock)
      .filter(({ hasInstallScript }) => hasInstallScript)
      .map(({ name }) => name),
  );
  const idle = Object.keys(mayRun).filter((name) => !scripted.has(name));
  return [...faults, ...idle.map((name) => `allowScripts names ${name}, which runs none`)];
}

/** What has changed from one lock file to another, a line each, for whoever reviews it. */
export function changesBetween(before, after) {
  const old = byName(before);
  const now = byName(after);
  const added = [...now].filter(([name]) => !old.has(name)).map(([, one]) => `+ ${words(one)}`);
  const removed = [...old].filter(([name]) => !now.has(name)).map(([, one]) => `- ${words(one)}`);
  const changed = [...now].flatMap(([name, one]) => {
    const was = old.get(name);
    if (was === undefined || words(was) === words(one)) {
      // The same version with other bytes is what a registry must never give.
      const same = was === undefined || was.integrity === one.integrity;
      return same ? [] : [`! ${words(one)}: other bytes under the same version`];
    }
    return [`~ ${words(was)} -> ${words(one)}`];
  });
  return [...added, ...removed, ...changed];
}

/** The packages in production with their licences, as Markdown. */
export function licenceList(lock) {
  const rows = packagesOf(lock)
    .filter(({ dev }) => !dev)
    .map(({ name, version, license }) => `| \`${name}\` | ${version} | ${license} |`);
  return [...new Set(rows)].toSorted((a, b) => (a < b ? -1 : 1)).join('\n');
}

/**
 * A CycloneDX document of everything, cut down to what is in production. `npm sbom --omit dev` (11.19) leaves out whatever a
 * package of development needs, too: `pg` and 93 others.
 * @param whole what `npm sbom` writes without --omit
 */
export function productionSbom(whole, lock, manifest) {
  const refs = new Set(
    packagesOf(lock)
      .filter(({ dev }) => !dev)
      .map(({ name, version }) => `${name}@${version}`),
  );
  const own = whole.metadata.component;
  const isKept = (ref) => refs.has(ref) || ref === own['bom-ref'];
  return {
    ...whole,
    // npm takes the name of the folder.
    metadata: {
      ...whole.metadata,
      component: { ...own, type: 'application', name: manifest.name },
    },
    components: whole.components.filter((one) => refs.has(one['bom-ref'])),
    dependencies: whole.dependencies
      .filter(({ ref }) => isKept(ref))
      .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isKept) })),
  };
}

/** Whether one of the licences that a package gives the choice of is allowed, and all that it has at once. */
function isAllowed({ name, license = '' }) {
  if (LOOKED_AT[name] === license) return true;
  const bare = license.replaceAll(/[()]/g, '');
  const isMixed = bare.includes(' OR ') && bare.includes(' AND ');
  const isKnown = (one) => ALLOWED_LICENCES.includes(one);
  if (isMixed) return false;
  return bare.includes(' AND ')
    ? bare.split(' AND ').every(isKnown)
    : bare.split(' OR ').some(isKnown);
}

function packagesOf({ packages }) {
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, one]) => ({
      path,
      name: path.slice(path.lastIndexOf('node_modules/') + 13),
      ...one,
    }));
}

/** By where it is installed: one name may stand in several versions. */
function byName(lock) {
  return new Map(packagesOf(lock).map((one) => [one.path, one]));
}

function words({ name, version, license, dev, hasInstallScript }) {
  const where = dev ? 'development' : 'production';
  return `${name}@${version} (${where}, ${license}${hasInstallScript ? ', runs a script' : ''})`;
}
