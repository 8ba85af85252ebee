package dev.tidewright.artifacts;

import dev.tidewright.kernel.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.Predicate;

/**
 * Counts what keeping some files would cost a namespace, without keeping them: bytes that it pays already are free. Stops
 * at the first file that does not fit.
 */
final class StorageRoom {

    private final long free;
    private final Predicate<Digest> paid;
    private final LongFunction<Refusal> tooMuch;
    private final Set<Digest> counted = new HashSet<>();
    private long taken;

    /**
     * @param paid says whether the namespace pays for these bytes already
     * @param tooMuch what to tell, given how many bytes are wanted
     */
    StorageRoom(long free, Predicate<Digest> paid, LongFunction<Refusal> tooMuch) {
        this.free = free;
        this.paid = paid;
        this.tooMuch = tooMuch;
    }

    void take(InputStream body) throws IOException {
        var algorithm = Digest.algorithm();
        var buffer = new byte[1 << 16];
        var size = 0L;
        for (var read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            algorithm.update(buffer, 0, read);
            size += read;
        }
        var digest = Digest.of(algorithm.digest());
        if (counted.add(digest) && !paid.test(digest)) {
            taken += size;
            if (taken > free) {
                throw tooMuch.apply(taken);
            }
        }
    }
}
