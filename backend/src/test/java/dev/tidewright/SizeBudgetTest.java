package dev.tidewright;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The size budget: a file that must be scrolled to be understood is two ideas. Lines of code, without comments. */
class SizeBudgetTest {

    private static final Path MAIN = Path.of("src/main/java");
    private static final List<Sized> TYPES = new ArrayList<>();
    private static final List<Sized> METHODS = new ArrayList<>();
    private static final List<Sized> CONSTRUCTORS = new ArrayList<>();

    @BeforeAll
    static void measure() throws IOException {
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, null, null);
                var sources = Files.walk(MAIN)) {
            var units = files.getJavaFileObjectsFromPaths(
                    sources.filter(path -> path.toString().endsWith(".java")).toList());
            var task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null, units);
            var trees = Trees.instance(task);
            for (var unit : task.parse()) {
                new Ruler(unit, trees).scan(unit, null);
            }
        }
    }

    @Test
    void typesStayWithin300Lines() {
        assertThat(over(TYPES, 300)).isEmpty();
    }

    @Test
    void nineTypesInTenStayWithin120Lines() {
        var sizes = TYPES.stream().map(Sized::size).sorted().toList();
        System.out.printf("%d types, median %d lines%n", sizes.size(), sizes.get(sizes.size() / 2));
        assertThat(over(TYPES, 120)).hasSizeLessThanOrEqualTo(TYPES.size() / 10);
    }

    @Test
    void methodsStayWithin40Lines() {
        assertThat(over(METHODS, 40)).isEmpty();
    }

    @Test
    void constructorsTakeAtMostSixParameters() {
        assertThat(over(CONSTRUCTORS, 6)).isEmpty();
    }

    private static List<Sized> over(List<Sized> all, int budget) {
        return all.stream().filter(one -> one.size() > budget).toList();
    }

    private record Sized(String name, int size) {}

    /** Measures one file. Records are values whose components have names, so their constructors are not counted. */
    private static final class Ruler extends TreeScanner<@Nullable Void, @Nullable ClassTree> {

        private final CompilationUnitTree unit;
        private final Trees trees;
        private final String text;

        Ruler(CompilationUnitTree unit, Trees trees) throws IOException {
            this.unit = unit;
            this.trees = trees;
            this.text = unit.getSourceFile().getCharContent(true).toString();
        }

        @Override
        public @Nullable Void visitClass(ClassTree type, @Nullable ClassTree owner) {
            TYPES.add(new Sized(named(type.getSimpleName()), linesOf(type)));
            return super.visitClass(type, type);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree method, @Nullable ClassTree owner) {
            var name = named(Objects.requireNonNull(owner).getSimpleName() + "." + method.getName());
            METHODS.add(new Sized(name, linesOf(method)));
            if (method.getReturnType() == null && owner.getKind() != Tree.Kind.RECORD) {
                CONSTRUCTORS.add(new Sized(name, method.getParameters().size()));
            }
            return super.visitMethod(method, owner);
        }

        private String named(CharSequence name) {
            return MAIN.toAbsolutePath().relativize(Path.of(unit.getSourceFile().toUri())) + " " + name;
        }

        private int linesOf(Tree tree) {
            var positions = trees.getSourcePositions();
            var from = (int) positions.getStartPosition(unit, tree);
            var to = (int) positions.getEndPosition(unit, tree);
            return from < 0 || to < from ? 0 : codeLines(text.substring(from, to));
        }

        private static int codeLines(String source) {
            return (int) Arrays.stream(source.replaceAll("(?s)/\\*.*?\\*/", "").split("\n"))
                    .map(String::strip)
                    .filter(line -> !line.isEmpty() && !line.startsWith("//"))
                    .count();
        }
    }
}
