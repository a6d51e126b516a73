package dev.penstock.broker.config;

import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Writes docs/configuration.md from the records, so that the page cannot disagree with the program. */
final class ConfigReference {

    private static final String HEAD = """
            # Configuration

            <!-- Generated from the records of broker.config; a test compares. Rewrite it with:
                 mvn -pl broker -am package -Dtest=ConfigReferenceTest -Dsurefire.failIfNoSpecifiedTests=false -Dpenstock.docs.write=true -->

            One YAML file, by custom `penstock.yaml`, configures one node: `./penstock start --config penstock.yaml`.
            `./penstock init --nodes a.example,b.example,c.example` writes one for each node of a cluster.

            - A key that is not on this page is an error. All problems are reported at once, with file, line and key, and
              nothing is started.
            - **Durations** are `250ms`, `30s`, `5m`, `2h`, `7d` or ISO 8601 (`PT1H`); **sizes** are `512`, `256KiB`, `2GiB`
              or, in powers of ten, `10MB`.
            - **Secrets** are `{env: NAME}` or `{file: PATH}`; `{value: TEXT}` where the table says so. They are never shown.
              A file that holds one should have mode 0600; else the node warns.
            - Relative paths start at the directory of the file.
            - `PENSTOCK_SECTION__KEY` in the environment overrides a single value, for example
              `PENSTOCK_NODE__DATA_DIR=/var/lib/penstock`. Lists stand in the file only.
            - Exit code 2: the file is wrong. Exit code 1: the file is good, but the node could not start or had to stop.

            ## A node of three

            ```yaml
            cluster:
              id: shop-events
              secret: { file: cluster.secret }
            node:
              id: n1
              data_dir: /var/lib/penstock
            http:
              bind: 0.0.0.0:7800
            raft:
              bind: 0.0.0.0:7900
            insecure: true                # ports are open to others, without TLS: a private network
            peers:
              - { id: n1, http: "a.example:7800", raft: "a.example:7900" }
              - { id: n2, http: "b.example:7800", raft: "b.example:7900" }
              - { id: n3, http: "c.example:7800", raft: "c.example:7900" }
            source:
              url: postgresql://penstock@db.example:5432/shop
              password: { env: PENSTOCK_DB_PASSWORD }
              tables: [public.orders, public.customers]
            keys:
              - { id: app, secret: { env: PENSTOCK_APP_SECRET }, scopes: [admin] }
            ```

            ## Top level
            """;

    private final StringBuilder page = new StringBuilder();

    private ConfigReference() {}

    static String markdown() {
        ConfigReference reference = new ConfigReference();
        reference.page.append(HEAD);
        reference.table(NodeConfig.class, "");
        for (RecordComponent component : NodeConfig.class.getRecordComponents()) {
            reference.section(component);
        }
        return reference.page.toString();
    }

    private void section(RecordComponent component) {
        Class<?> type = KnownKeys.valueClass(component);
        if (!KnownKeys.isSection(type)) {
            return;
        }
        Setting setting = KnownKeys.settingOf(component);
        String title = component.getType() == List.class ? setting.key() + "[]" : setting.key();
        page.append("\n## ").append(title).append("\n\n").append(setting.doc()).append('\n');
        table(type.asSubclass(Record.class), title + ".");
    }

    private void table(Class<? extends Record> type, String prefix) {
        page.append("\n| Key | Value | Default | A change counts | What it is |\n| --- | --- | --- | --- | --- |\n");
        rows(type, prefix);
    }

    private void rows(Class<? extends Record> type, String prefix) {
        for (RecordComponent component : type.getRecordComponents()) {
            Setting setting = KnownKeys.settingOf(component);
            Class<?> value = KnownKeys.valueClass(component);
            boolean section = KnownKeys.isSection(value);
            cells(
                    "`" + prefix + setting.key() + "`",
                    valueWords(component, setting),
                    defaultWords(component, setting),
                    section ? "" : setting.change().words(),
                    setting.doc());
            // A section of the top level has a table of its own, one in a section stands with its neighbours.
            if (section && !prefix.isEmpty()) {
                rows(value.asSubclass(Record.class), prefix + setting.key() + ".");
            }
        }
    }

    private void cells(String... cells) {
        page.append('|');
        for (String cell : cells) {
            page.append(' ').append(cell.replace("|", "\\|")).append(cell.isEmpty() ? "|" : " |");
        }
        page.append('\n');
    }

    private static String valueWords(RecordComponent component, Setting setting) {
        Class<?> type = KnownKeys.valueClass(component);
        String single;
        if (KnownKeys.isSection(type)) {
            single = component.getType() == List.class ? "sections" : "section";
        } else if (type == Secret.class) {
            single = setting.inlineSecret() ? "secret, also `{value: …}`" : "secret";
        } else {
            Form form = Forms.of(type, component.getName(), setting, Path.of(""));
            single = type == String.class && !setting.pattern().isEmpty() ? form.expected() : form.name();
            if (!setting.atLeast().isEmpty() && !setting.atMost().isEmpty()) {
                single += ", " + setting.atLeast() + " to " + setting.atMost();
            }
        }
        return component.getType() == List.class ? "list: " + single : single;
    }

    private static String defaultWords(RecordComponent component, Setting setting) {
        if (component.getType() == Optional.class) {
            return "none";
        }
        if (component.getType() == List.class) {
            return "empty";
        }
        if (KnownKeys.isSection(KnownKeys.valueClass(component))) {
            return "";
        }
        return setting.fallback().equals(Setting.REQUIRED) ? "**required**" : "`" + setting.fallback() + "`";
    }
}
