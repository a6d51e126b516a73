package dev.penstock.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Pages that comments of this module name are there. */
class DocsTest {

    private static final Path ROOT = Path.of("..");
    private static final Pattern PAGE = Pattern.compile("docs/[\\w/-]+\\.md");

    @Test
    void shouldNameNoPageThatIsNotThere() throws IOException {
        List<Path> sources;
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            sources = files.filter(file -> file.toString().endsWith(".java")).toList();
        }
        TreeSet<String> pages = new TreeSet<>();
        for (Path source : sources) {
            PAGE.matcher(Files.readString(source)).results().forEach(page -> pages.add(page.group()));
        }

        assertThat(pages)
                .contains("docs/stored-format.md")
                .allSatisfy(page -> assertThat(ROOT.resolve(page)).exists());
    }
}
