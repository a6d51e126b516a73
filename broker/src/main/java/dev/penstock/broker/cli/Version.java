package dev.penstock.broker.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version of the packaged program, from its manifest. */
final class Version implements IVersionProvider {

    @Override
    public String[] getVersion() {
        String version = Optional.ofNullable(PenstockCommand.class.getPackage().getImplementationVersion())
                .orElse("(not packaged)");
        return new String[] {"penstock " + version + " on Java " + Runtime.version()};
    }
}
