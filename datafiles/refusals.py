"""Why the system refused a file or a port, as staff read it: Python says it in English."""

import errno

_REASONS = {
    errno.ENOENT: "il n'existe pas",
    errno.ENOTDIR: "il n'existe pas",
    errno.EISDIR: "c'est un dossier",
    errno.EACCES: "droits insuffisants",
    errno.EPERM: "droits insuffisants",
    errno.EROFS: "lecture seule",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le disque est plein",
    errno.EFBIG: "le disque est plein",
    errno.EADDRINUSE: "il est déjà pris",
    errno.EADDRNOTAVAIL: "cette machine n'a pas cette adresse",
    errno.EEXIST: "un fichier porte ce nom",
    errno.ELOOP: "ses liens tournent en rond",
    errno.ENAMETOOLONG: "son nom est trop long",
}


def is_told(error: OSError) -> bool:
    """Whether there are words for what the system refused."""
    return error.errno in _REASONS


def refusal(error: OSError) -> str:
    """Return a few French words for what the system refused."""
    return _REASONS.get(error.errno or 0, "refus du système")
