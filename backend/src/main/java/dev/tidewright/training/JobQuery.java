package dev.tidewright.training;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs to list; null means any.
 *
 * @param status one or several, separated by commas
 * @param q part of the name
 * @param label {@code key} or {@code key=value}
 * @param active only those that have not ended
 */
record JobQuery(
        @Nullable String status,
        @Nullable String q,
        @Nullable String label,
        @Nullable String createdBy,
        @Nullable Boolean active,
        @Nullable String cursor) {

    JobQuery withoutStatus() {
        return new JobQuery(null, q, label, createdBy, false, null);
    }

    void addTo(List<String> where, Map<String, Object> parameters) {
        given(status).ifPresent(words -> {
            where.add("status IN (:statuses)");
            parameters.put("statuses", statuses(words));
        });
        if (Boolean.TRUE.equals(active)) {
            where.add("status IN ('QUEUED', 'STARTING', 'RUNNING', 'STOPPING')");
        }
        given(q).ifPresent(part -> {
            where.add("name LIKE :q");
            parameters.put("q", "%" + part.toLowerCase(Locale.ROOT).replaceAll("([\\\\%_])", "\\\\$1") + "%");
        });
        given(createdBy).ifPresent(user -> {
            where.add("created_by = :createdBy");
            parameters.put("createdBy", user);
        });
        given(label).ifPresent(pair -> {
            var sign = pair.indexOf('=');
            if (sign < 0) {
                where.add("jsonb_exists(labels, :labelKey)");
                parameters.put("labelKey", pair);
            } else {
                where.add("labels @> jsonb_build_object(CAST(:labelKey AS text), CAST(:labelValue AS text))");
                parameters.put("labelKey", pair.substring(0, sign).strip());
                parameters.put("labelValue", pair.substring(sign + 1).strip());
            }
        });
    }

    private static Optional<String> given(@Nullable String text) {
        return text == null || text.isBlank() ? Optional.empty() : Optional.of(text.strip());
    }

    private static List<String> statuses(String text) {
        return Arrays.stream(text.split(","))
                .map(String::strip)
                .filter(word -> !word.isEmpty())
                .map(word -> {
                    try {
                        return JobStatus.valueOf(word.toUpperCase(Locale.ROOT)).name();
                    } catch (IllegalArgumentException unknown) {
                        throw new Refusal.Malformed(
                                "invalid-status",
                                "status",
                                "\"" + Text.shortened(word, 30) + "\" is no status of a job: give one of "
                                        + Arrays.stream(JobStatus.values())
                                                .map(JobStatus::name)
                                                .collect(Collectors.joining(", ")));
                    }
                })
                .toList();
    }
}
