package dev.tidewright.preview;

import dev.tidewright.cluster.LogLine;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A Jupyter notebook as a page shows it: nothing in it runs, and nothing is fetched from elsewhere.
 *
 * @param language of its code
 * @param left cells that are not shown, since there are too many
 */
public record Notebook(List<Cell> cells, String language, int left) {

    /**
     * A cell.
     *
     * @param kind {@code markdown}, {@code code} or {@code raw}
     * @param count what Jupyter writes in the brackets; null when it was not run
     * @param injected its values are the job's parameters
     * @param html of Markdown, harmless
     */
    public record Cell(
            int number,
            String kind,
            @Nullable Integer count,
            boolean injected,
            String source,
            String html,
            List<Output> outputs) {}

    /**
     * What a cell has left.
     *
     * @param kind {@code text}, {@code error}, {@code html}, {@code image}, or {@code other}, which is not shown
     * @param lines of text and errors
     * @param html harmless; a part of what was there
     * @param media what there was
     */
    public record Output(int number, String kind, List<LogLine> lines, String html, String media) {}
}
