package dev.tidewright.experiments;

import dev.tidewright.tracking.RunFiles.RunFile;
import java.util.List;
import java.util.TreeMap;

/**
 * What lies directly in one folder of a run's files.
 *
 * @param folder its path; empty for the whole tree
 * @param above the folders that lead to it
 */
record FileTree(String folder, List<Step> above, List<Entry> entries, int left) {

    private static final int MOST = 500;

    /** A folder on the way. */
    record Step(String name, String path) {}

    /**
     * A file or a folder.
     *
     * @param size of all that is in it
     * @param files how many there are in it; 0 for a file
     */
    record Entry(String name, String path, long size, int files) {

        /** Whether there is something in it. */
        public boolean isFolder() {
            return files > 0;
        }
    }

    static FileTree of(List<RunFile> files, String folder) {
        var below = folder.isEmpty() ? "" : folder + "/";
        var entries = new TreeMap<String, Entry>();
        for (var file : files) {
            if (file.path().startsWith(below)) {
                var rest = file.path().substring(below.length());
                var slash = rest.indexOf('/');
                var name = slash < 0 ? rest : rest.substring(0, slash);
                var one = new Entry(name, below + name, file.stored().size(), slash < 0 ? 0 : 1);
                entries.merge(
                        slash < 0 ? name : name + "/",
                        one,
                        (before, more) -> new Entry(
                                before.name(),
                                before.path(),
                                before.size() + more.size(),
                                before.files() + more.files()));
            }
        }
        var shown = entries.values().stream().limit(MOST).toList();
        return new FileTree(folder, steps(folder), shown, entries.size() - shown.size());
    }

    private static List<Step> steps(String folder) {
        var steps = new java.util.ArrayList<Step>();
        for (var at = folder.indexOf('/'); !folder.isEmpty(); at = folder.indexOf('/', at + 1)) {
            var path = at < 0 ? folder : folder.substring(0, at);
            steps.add(new Step(path.substring(path.lastIndexOf('/') + 1), path));
            if (at < 0) {
                break;
            }
        }
        return steps;
    }
}
