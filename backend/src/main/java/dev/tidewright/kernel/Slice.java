package dev.tidewright.kernel;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list that is read by key, not by offset.
 *
 * @param nextCursor opaque; null on the last page
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Slice<T>(List<T> items, @Nullable String nextCursor) {

    public Slice {
        items = List.copyOf(items);
    }

    /** A list that is short enough for one page. */
    public static <T> Slice<T> whole(List<T> rows) {
        return new Slice<>(rows, null);
    }

    /** Makes a page from a query that was asked for one row more than {@code limit}. */
    public static <T> Slice<T> of(List<T> rows, int limit, Function<T, Object> key) {
        return rows.size() <= limit
                ? new Slice<>(rows, null)
                : new Slice<>(rows.subList(0, limit), Cursor.write(key.apply(rows.get(limit - 1))));
    }

    public <R> Slice<R> map(Function<? super T, ? extends R> change) {
        return new Slice<>(items.stream().<R>map(change).toList(), nextCursor);
    }
}
