package dev.tidewright.preview;

import java.util.ArrayList;
import java.util.List;

/** The beginning of a file of separated values (RFC 4180): quotes keep a separator, a line's end and a doubled quote. */
final class Separated {

    private static final int ROWS = 101;
    private static final int COLUMNS = 50;

    private final List<List<String>> rows = new ArrayList<>();
    private List<String> row = new ArrayList<>();
    private final StringBuilder cell = new StringBuilder();

    private Separated() {}

    /**
     * The first rows, each of the same length.
     *
     * @param cut whether the text may end within a row, which is then left out
     */
    static List<List<String>> rows(String text, char separator, boolean cut) {
        var reader = new Separated();
        reader.read(text.startsWith("\uFEFF") ? text.substring(1) : text, separator);
        if (!cut && (!reader.row.isEmpty() || !reader.cell.isEmpty())) {
            reader.endRow();
        }
        var width = reader.rows.stream().mapToInt(List::size).max().orElse(0);
        reader.rows.forEach(row -> {
            while (row.size() < width) {
                row.add("");
            }
        });
        return List.copyOf(reader.rows);
    }

    private void read(String text, char separator) {
        var quoted = false;
        for (var at = 0; at < text.length() && rows.size() < ROWS; at++) {
            var character = text.charAt(at);
            if (quoted) {
                if (character != '"') {
                    cell.append(character);
                } else if (at + 1 < text.length() && text.charAt(at + 1) == '"') {
                    cell.append('"');
                    at++;
                } else {
                    quoted = false;
                }
            } else if (character == '"' && cell.isEmpty()) {
                quoted = true;
            } else if (character == separator) {
                endCell();
            } else if (character == '\n') {
                endRow();
            } else if (character != '\r') {
                cell.append(character);
            }
        }
    }

    private void endCell() {
        if (row.size() < COLUMNS) {
            row.add(cell.toString());
        }
        cell.setLength(0);
    }

    private void endRow() {
        endCell();
        rows.add(row);
        row = new ArrayList<>();
    }
}
