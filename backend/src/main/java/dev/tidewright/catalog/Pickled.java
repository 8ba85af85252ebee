package dev.tidewright.catalog;

/**
 * A file of a version that runs code of its maker where it is loaded.
 *
 * @param file its path in the version
 * @param sign how that is known
 */
public record Pickled(String file, Sign sign) {

    /** How it is known; the platform looks at names and first bytes and never unpickles. */
    public enum Sign {
        NAME("is called as pickles are"),
        BYTES("begins as a pickle does"),
        ARCHIVE("is an archive of PyTorch, which holds a pickle"),
        ARRAY("is an array of Python objects, which NumPy pickles"),
        DESCRIBED("is unpickled where it is loaded, says MLmodel");

        private final String words;

        Sign(String words) {
            this.words = words;
        }

        /** {@code begins as a pickle does}. */
        public String words() {
            return words;
        }
    }

    /** {@code model.pkl is called as pickles are}. */
    public String words() {
        return file + " " + sign.words;
    }
}
