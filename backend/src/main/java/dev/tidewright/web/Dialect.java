package dev.tidewright.web;

import dev.tidewright.kernel.Refusal;
import org.springframework.http.HttpStatus;

/** How refusals and faults are told below some addresses, for clients that were written for somebody else's API. */
public interface Dialect {

    boolean speaksAt(String path);

    Answer refusal(Refusal refusal);

    /**
     * What the server itself answers, where no handler was reached.
     *
     * @param sentence safe to show
     */
    Answer fault(HttpStatus status, String sentence);

    /** A status and what becomes the JSON body. */
    record Answer(HttpStatus status, Object body) {}
}
