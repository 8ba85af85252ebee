package dev.tidewright.kernel;

/** The platform cannot start, for a reason that whoever started it can mend; shown without a stack trace. */
public final class CannotStart extends RuntimeException {

    private final String remedy;

    public CannotStart(String sentence, String remedy) {
        super(sentence);
        this.remedy = remedy;
    }

    public CannotStart(String sentence, String remedy, Throwable cause) {
        super(sentence, cause);
        this.remedy = remedy;
    }

    /** What to do, beginning with a verb. */
    public String remedy() {
        return remedy;
    }
}
