package dev.tidewright.artifacts;

/** What an uploaded source is. */
public enum SourceKind {
    /** One Python or shell script. */
    SCRIPT,
    /** A Jupyter notebook of format 4 or newer. */
    NOTEBOOK,
    /** A zip, tar or tar.gz whose entries are what they seem. */
    ARCHIVE,
    /** Anything else: kept as it is, and used only by a command that says what to do with it. */
    FILE
}
