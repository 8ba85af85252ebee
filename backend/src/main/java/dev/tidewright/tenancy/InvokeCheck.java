package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;

/** Answers whether a bearer token may call the endpoints of a namespace. Asks the database: callers cache. */
public interface InvokeCheck {

    /** Any exception means that it cannot be told just now, not that the answer is no. */
    boolean mayInvoke(String bearerToken, Name namespace);
}
