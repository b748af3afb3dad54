// Checks that running subgraphs compose for the other routers too: node check-composition.mjs
// NAME=URL... Hive Router reads what Hive's library composes, Cosmo's router what Cosmo's does.
// Ends with 1 on an error or a warning.
import { composeServices } from '@theguild/federation-composition';
import { federateSubgraphs, ROUTER_COMPATIBILITY_VERSION_ONE } from '@wundergraph/composition';
import { subgraphSchemas } from './subgraph-schemas.mjs';

const services = await subgraphSchemas(process.argv.slice(2));

const hive = composeServices(services);
const cosmo = federateSubgraphs({
  subgraphs: services.map(({ name, url, typeDefs }) => ({ name, url, definitions: typeDefs })),
  version: ROUTER_COMPATIBILITY_VERSION_ONE,
});

report('Hive', hive.errors ?? []);
report('Cosmo', [...(cosmo.success ? [] : cosmo.errors), ...cosmo.warnings]);

function report(composition, findings) {
  if (findings.length > 0) process.exitCode = 1;
  for (const { message } of findings) console.error(`${composition}: ${message}`);
  if (findings.length === 0)
    console.log(`composes with ${composition}'s library without errors or warnings`);
}
