package dev.tidewright.rollout;

/** How a rollout goes. */
public sealed interface Verdict {

    /** One sentence for people. */
    String sentence();

    /** It moves, or may still move before its deadline. */
    record Progressing(String sentence) implements Verdict {}

    /** The wanted revision has all its replicas ready and the earlier ones have none. */
    record Complete(String sentence) implements Verdict {}

    /** Nothing has become better for longer than the progress deadline. */
    record Stuck(String sentence) implements Verdict {}
}
