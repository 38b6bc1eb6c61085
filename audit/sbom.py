"""The list of parts (SBOM), in CycloneDX."""

from collections.abc import Sequence
from importlib import metadata

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from audit.parts import PRODUCT, LockedPart, needed_by_the_product


def sbom_of(parts: Sequence[LockedPart]) -> str:
    """Write the parts that are for this system as CycloneDX JSON.

    Raises:
        ValueError: It breaks the schema of CycloneDX.
    """
    here = tuple(one for one in parts if one.here)
    product = metadata.distribution(PRODUCT)
    bom = Bom()
    bom.metadata.component = _component(
        PackageURL("pypi", None, PRODUCT, product.version),
        licence=product.metadata["License-Expression"],
        kind=ComponentType.APPLICATION,
    )
    made = {
        one.purl: _component(one.purl, licence=one.licence, scope=ComponentScope(one.scope))
        for one in here
    }
    bom.components.update(made.values())
    for one in here:
        bom.register_dependency(made[one.purl], [made[other] for other in one.needs])
    direct = [made[purl] for purl in needed_by_the_product(here)]
    bom.register_dependency(bom.metadata.component, direct)
    text = JsonV1Dot6(bom).output_as_string(indent=1)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ValueError(f"not CycloneDX: {wrong}")
    return text


def _component(
    purl: PackageURL,
    *,
    licence: str,
    scope: ComponentScope | None = None,
    kind: ComponentType = ComponentType.LIBRARY,
) -> Component:
    return Component(
        type=kind,
        group=purl.namespace,
        name=purl.name,
        version=purl.version,
        purl=purl,
        bom_ref=purl.to_string(),
        scope=scope,
        licenses=[LicenseFactory().make_from_string(licence)] if licence else (),
    )
