package dev.tidewright.experiments;

import dev.tidewright.kernel.Name;
import dev.tidewright.query.Condition;
import dev.tidewright.query.FilterParser;
import dev.tidewright.query.Order;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.UriUtils;

/**
 * What somebody wants to see of an experiment's runs; all of it is in the address.
 *
 * @param filter in MLflow's words
 * @param sort one {@code order_by} in MLflow's words; null: the youngest first
 * @param column which columns, as {@code metrics.loss}; null: a few of those that there are
 * @param deleted the deleted ones instead of the others
 */
record RunTableQuery(
        @Nullable String filter,
        @Nullable String sort,
        @Nullable List<String> column,
        @Nullable String cursor,
        @Nullable Boolean deleted) {

    List<Condition> conditions() {
        return FilterParser.filter(filter);
    }

    List<Order> orders() {
        return sort == null || sort.isBlank() ? List.of() : FilterParser.orders(List.of(sort));
    }

    /** Whether the deleted ones are wanted. */
    public boolean showsDeleted() {
        return Boolean.TRUE.equals(deleted);
    }

    /** The address of the same with another order, from its beginning. */
    String sortedBy(Name ns, long experiment, @Nullable String order) {
        return address(ns, experiment, order, null);
    }

    /** The address of the page that begins there; null for the first. */
    String from(Name ns, long experiment, @Nullable String position) {
        return address(ns, experiment, sort, position);
    }

    private String address(Name ns, long experiment, @Nullable String order, @Nullable String position) {
        var address = new StringBuilder("/ns/" + ns + "/experiments/" + experiment);
        add(address, "filter", filter);
        add(address, "sort", order);
        if (column != null) {
            column.forEach(
                    one -> address.append(separator(address)).append("column=").append(encoded(one)));
        }
        add(address, "cursor", position);
        if (showsDeleted()) {
            add(address, "deleted", "true");
        }
        return address.toString();
    }

    private static void add(StringBuilder address, String name, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            address.append(separator(address)).append(name).append('=').append(encoded(value));
        }
    }

    private static char separator(StringBuilder address) {
        return address.indexOf("?") < 0 ? '?' : '&';
    }

    private static String encoded(String value) {
        return UriUtils.encode(value, StandardCharsets.UTF_8);
    }
}
