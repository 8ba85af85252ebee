package dev.tidewright.overview;

/**
 * One line of a quota.
 *
 * @param percent used of the limit, 0 to 100
 */
public record QuotaBar(String label, String used, String limit, int percent) {

    public static QuotaBar of(String label, long used, long limit, java.util.function.LongFunction<String> words) {
        var percent = limit <= 0 ? (used > 0 ? 100 : 0) : (int) Math.min(100, used * 100 / limit);
        return new QuotaBar(label, words.apply(used), words.apply(limit), percent);
    }

    public boolean full() {
        return percent >= 100;
    }

    public boolean over() {
        return percent >= 100;
    }
}
