package dev.tidewright.artifacts;

/** What an uploaded source is. */
public enum SourceKind {
    /** One text file that an interpreter runs. */
    SCRIPT,
    /** A Jupyter notebook of format 4 or newer. */
    NOTEBOOK,
    /** A zip, tar or tar.gz whose entries are what they seem. */
    ARCHIVE
}
