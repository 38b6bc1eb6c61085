// What a user of `@dnum-mi/ds-api-client` (npm) does, told as JSON.
const { DsApiClient } = require("@dnum-mi/ds-api-client");

async function main(url, token, demarche, dossierId, instructeurId, annotationId) {
  const client = new DsApiClient(url, token);
  const ids = await client.demarcheDossierIds(demarche);
  const number = ids.demarche.dossiers.nodes[0].number;
  const written = await client.writeInPrivateAnnotation({
    dossierId, instructeurId, annotationId, value: "S-2",
  });
  return {
    ids, written,
    demarche: await client.demarche(demarche),
    dossiers: await client.demarcheDossiers(demarche),
    deleted: await client.demarcheDeletedDossiers(demarche),
    dossier: await client.dossier(number),
    custom: await client.dossierWithCustomChamp(number),
    files: await client.DossierFiles(number),
    attestation: await client.dossierAttestation(number),
  };
}

const [url, token, demarche, ...ids] = process.argv.slice(2);
main(url, token, Number(demarche), ...ids)
  .then((told) => console.log(JSON.stringify(told)))
  .catch((error) => {
    console.error(String(error.stack || error), JSON.stringify(error.response || {}));
    process.exit(1);
  });
