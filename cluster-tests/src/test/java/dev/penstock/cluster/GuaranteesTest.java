package dev.penstock.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds docs/guarantees.md and the tests that it names together. */
class GuaranteesTest {
    private static final Path PAGE = Path.of("../docs/guarantees.md");
    private static final Pattern SENTENCE = Pattern.compile("^([0-9]+)\\. \\*\\*(.+)\\*\\*$");
    private static final Pattern TEST = Pattern.compile("^ {3}- \\[`(\\w+)\\.(\\w+)`]\\((.+)\\)$");
    private static final int PROMISES = 9;

    private record Link(String type, String method, Path file) {}

    private record Promise(int number, String sentence, List<Link> links, boolean built) {
        /** As a test quotes it, in a comment. */
        String quote() {
            return "Promise " + number + ": " + sentence;
        }
    }

    private static List<Promise> promises() throws IOException {
        List<Promise> promises = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher sentence = SENTENCE.matcher(line);
            Matcher test = TEST.matcher(line);
            if (sentence.matches()) {
                promises.add(
                        new Promise(Integer.parseInt(sentence.group(1)), sentence.group(2), new ArrayList<>(), true));
            } else if (test.matches()) {
                Path file = PAGE.resolveSibling(test.group(3));
                promises.get(promises.size() - 1).links().add(new Link(test.group(1), test.group(2), file));
            } else if (line.strip().startsWith("Not built yet")) {
                Promise last = promises.remove(promises.size() - 1);
                promises.add(new Promise(last.number(), last.sentence(), last.links(), false));
            }
        }
        return promises;
    }

    @Test
    void shouldNumberTheNinePromises() throws IOException {
        List<Promise> promises = promises();

        assertThat(promises).hasSize(PROMISES);
        for (int i = 0; i < PROMISES; i++) {
            assertThat(promises.get(i).number()).isEqualTo(i + 1);
            assertThat(promises.get(i).sentence()).endsWith(".");
        }
    }

    @Test
    void shouldFindEachPromiseQuotedAboveTheTestsThatItNames() throws IOException {
        for (Promise promise : promises()) {
            assertThat(promise.links().isEmpty())
                    .as("promise %d has a test, or is not built yet", promise.number())
                    .isNotEqualTo(promise.built());
            for (Link link : promise.links()) {
                assertThat(link.file()).as(promise.quote()).exists().hasFileName(link.type() + ".java");
                String source = Files.readString(link.file());
                int method = source.indexOf("void " + link.method() + "(");
                assertThat(method).as("%s.%s", link.type(), link.method()).isPositive();
                int before = source.lastIndexOf("    @Test", method);
                int comment = source.lastIndexOf("    }", before);
                assertThat(source.substring(Math.max(0, comment), before).replaceAll("\\s+\\* ", " "))
                        .as("the comment above %s.%s", link.type(), link.method())
                        .contains(promise.quote());
            }
        }
    }
}
