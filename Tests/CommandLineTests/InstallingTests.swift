import Foundation
import Testing

/// What `make install` and `make wheel` make of an executable that is built already.
struct InstallingTests {
  /// The date that ends up in manual and wheel, so that no repository is needed.
  private static let environment = ProcessInfo.processInfo.environment.merging(["SOURCE_DATE_EPOCH": "1700000000"]) {
    $1
  }

  @Test func `what is installed lies below the prefix, and uninstalling takes all of it away`() throws {
    try Tool.scratch { folder in
      let place = ["PREFIX=/opt/tools", "DESTDIR=\(folder)/root"]
      try Self.make(["install", "EXECUTABLE=\(Tool.path)"] + place)
      let files = try FileManager.default.subpathsOfDirectory(atPath: folder + "/root").filter { path in
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: "\(folder)/root/\(path)", isDirectory: &isFolder)
          && !isFolder.boolValue
      }
      #expect(files.allSatisfy { $0.hasPrefix("opt/tools/") })
      for file in [
        "bin/dory-gen", "share/man/man1/dory-gen.1", "share/bash-completion/completions/dory-gen",
        "share/zsh/site-functions/_dory-gen", "share/fish/vendor_completions.d/dory-gen.fish",
        "share/doc/dory-gen/LICENSE", "share/doc/dory-gen/docs/installing.md",
        "share/doc/dory-gen/Examples/digits/digits.tflite",
      ] { #expect(files.contains("opt/tools/" + file), "\(file)") }
      let installed = folder + "/root/opt/tools/bin/dory-gen"
      #expect(try Tool.run(["--version"], program: installed).output == Tool.run(["--version"]).output)
      // Something that is not ours stays.
      try Data().write(to: URL(fileURLWithPath: folder + "/root/opt/tools/bin/other"))
      try Self.make(["uninstall"] + place)
      let left = try FileManager.default.subpathsOfDirectory(atPath: folder + "/root")
      #expect(left.filter { $0.contains("dory-gen") } == [])
      #expect(left.contains("opt/tools/bin/other"))
    }
  }

  @Test func `a relative prefix is refused`() throws {
    let outcome = try Tool.run(["scripts/install", Tool.path, "usr"], program: "/bin/bash", in: Tool.repository)
    #expect(outcome.status == 1 && outcome.errors.contains("PREFIX is 'usr'"))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func `the shell that completions are for can read them`(shell: String) throws {
    try Tool.scratch { folder in
      let completions = try Tool.run(["--generate-completion-script", shell]).output
      // Built-in targets, and files of the right kind.
      for offer in ["gap8", "tflite", "onnx", "latency"] { #expect(completions.contains(offer), "\(offer)") }
      let file = folder + "/completions"
      try completions.write(toFile: file, atomically: true, encoding: .utf8)
      guard let program = Self.program(shell) else { return }
      let outcome = try Tool.run(["-n", file], program: program)
      #expect(outcome.status == 0 && outcome.errors == "", "\(outcome.errors)")
    }
  }

  @Test func `the manual has the sections of a manual, every command and every option`() throws {
    let manual = try Tool.run(
      ["scripts/manual", Tool.path, "1700000000", "/usr/share/doc/dory-gen"], program: "/usr/bin/env",
      in: Tool.repository)
    #expect(manual.status == 0, "\(manual.errors)")
    // As roff shows it: `\-` is a hyphen.
    let page = manual.output.replacing("\\-", with: "-")
    for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "FILES", "EXIT STATUS", "EXAMPLES"] {
      #expect(page.contains("\n.Sh \(section)\n"), "\(section)")
    }
    #expect(page.contains(".Dd November 14, 2023\n"))
    #expect(!page.contains("@"))
    for command in try Self.commands() {
      #expect(page.contains("\n.Ss dory-gen \(command)\n"), "\(command)")
      let help = try Tool.run(["help", command]).output
      #expect(help.contains("\nExample:\n"), "\(command)")
      for option in help.matches(of: /--([a-z][a-z0-9-]+)/).map({ String($0.1) })
      where option != "help" && option != "version" {
        #expect(page.contains("Fl \"-\(option)\""), "\(command) --\(option)")
      }
    }
  }

  @Test func `a wheel is the same each time, and its record has the hash of every file`() throws {
    try Tool.scratch { folder in
      let stripped = try Tool.run(["strip", "-o", folder + "/dory-gen", Tool.path], program: "/usr/bin/env")
      #expect(stripped.status == 0, "\(stripped.errors)")
      let wheels = try ["a", "b"].map { name in
        let outcome = try Tool.run(
          ["scripts/wheel", folder + "/dory-gen", "\(folder)/\(name)"], program: "/usr/bin/env", in: Tool.repository,
          environment: Self.environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
      }
      #expect(FileManager.default.contentsEqual(atPath: wheels[0], andPath: wheels[1]))
      #expect(wheels[0].contains(/dory_gen-[0-9.]+-py3-none-manylinux_2_[0-9]+_[a-z0-9_]+\.whl$/))
      let outcome = try Tool.run(["-c", Self.recordCheck, wheels[0], folder + "/unpacked"], program: Self.python)
      #expect(outcome.output == "recorded\n", "\(outcome.output)\(outcome.errors)")
    }
  }

  /// Python that unpacks a wheel into a folder and compares its record with what `sha256sum` says of the files there.
  private static let recordCheck = """
    import base64, csv, glob, os, subprocess, sys, zipfile
    os.mkdir(sys.argv[2])
    os.chdir(sys.argv[2])
    zipfile.ZipFile(sys.argv[1]).extractall()
    record = glob.glob('*.dist-info/RECORD')[0]
    rows = {path: (digest, size) for path, digest, size in csv.reader(open(record))}
    files = [os.path.relpath(os.path.join(folder, file)) for folder, _, names in os.walk('.') for file in names]
    assert sorted(files) == sorted(rows), set(files) ^ set(rows)
    assert rows.pop(record) == ('', '')
    for path, (digest, size) in rows.items():
        hexadecimal = subprocess.check_output(['sha256sum', path], text=True).split()[0]
        expected = base64.urlsafe_b64encode(bytes.fromhex(hexadecimal)).decode().rstrip('=')
        assert (digest, int(size)) == ('sha256=' + expected, os.stat(path).st_size), path
    print('recorded')
    """

  private static let python = program("python3") ?? "/usr/bin/python3"

  private static func program(_ name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// The names that the help lists under its last heading.
  private static func commands() throws -> [String] {
    let help = try Tool.run(["--help"]).output
    let list = try #require(help.components(separatedBy: "SUBCOMMANDS:\n").last)
    let names = list.matches(of: #/(?m)^  ([a-z]+) /#).map { String($0.1) }
    #expect(names.count >= 8)
    return names
  }

  private static func make(_ arguments: [String]) throws {
    let outcome = try Tool.run(
      ["make", "-C", Tool.repository, "--no-print-directory"] + arguments, program: "/usr/bin/env",
      environment: environment)
    #expect(outcome.status == 0, "\(outcome.errors)")
  }
}
