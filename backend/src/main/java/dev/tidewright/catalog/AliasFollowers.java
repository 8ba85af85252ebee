package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;

/** Implemented by the feature that serves models: what it does where an alias points is to follow the alias. */
public interface AliasFollowers {

    /** An alias points elsewhere than before, once the caller's transaction is committed. */
    void moved(Name namespace, ModelName model, Alias alias);
}
