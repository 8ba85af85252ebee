/** The application's entry point and the few beans that every module shares. */
@NullMarked
package dev.tidewright;

import org.jspecify.annotations.NullMarked;
