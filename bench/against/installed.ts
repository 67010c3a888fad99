// Run by a build's bootstrap when everything is installed: its last line tells which Node the build runs on.
process.stdout.write(`\n${process.execPath}\n`);
