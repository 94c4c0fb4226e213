import Foundation
import Testing

/// Runs that end early: outputs are whole or absent, and nothing stays behind.
struct InterruptionTests {
  /// A shell runs the tool in an empty folder.
  private func shell(_ script: String, in folder: String, temporary: String) throws -> (status: Int32, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", script]
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    let environment = ["TOOL": Tool.path, "DIGITS": Tool.digits, "TMPDIR": temporary]
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let errors = folder + ".err"
    try Data().write(to: URL(fileURLWithPath: errors))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (process.terminationStatus, try String(contentsOfFile: errors, encoding: .utf8))
  }

  /// A working folder and one for temporary files, both empty.
  private func scratch(_ body: (_ folder: String, _ temporary: String) throws -> Void) throws {
    try Tool.scratch { path in
      for name in ["work", "tmp"] {
        try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: false)
      }
      try body("\(path)/work", "\(path)/tmp")
    }
  }

  private func listing(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  /// No file can have more than 4 KiB, as on a disk that is full; the signal for that is ignored, so writing fails.
  private static let fullDisk = "trap '' XFSZ; ulimit -f 8; "

  @Test(arguments: ["generate $DIGITS -o out", "plan $DIGITS -o plan.json"])
  func `a full disk is refused and leaves nothing`(command: String) throws {
    try scratch { folder, temporary in
      let (status, errors) = try shell(Self.fullDisk + "exec $TOOL \(command)", in: folder, temporary: temporary)
      #expect(status == 1 && errors.contains("[DG0012]"), "\(errors)")
      #expect(try (listing(folder) + listing(temporary)).isEmpty)
    }
  }

  /// The outputs of 64 samples fit the limit, those of the layers don't.
  @Test(arguments: ["", "mkdir dumps; "])
  func `a full disk leaves none of the results of a run`(before: String) throws {
    try scratch { folder, temporary in
      let command = "run $DIGITS --backend reference --input ../samples.bin --output out --dump-layers dumps"
      let script = "head -c 4096 /dev/zero > ../samples.bin; \(before)\(Self.fullDisk)exec $TOOL \(command)"
      let (status, errors) = try shell(script, in: folder, temporary: temporary)
      #expect(status == 1 && errors.contains("[DG0012]") && errors.contains("nothing was changed"), "\(errors)")
      #expect(try FileManager.default.subpathsOfDirectory(atPath: folder) == (before.isEmpty ? [] : ["dumps"]))
    }
  }

  @Test func `a full disk leaves what was there before as it was`() throws {
    try scratch { folder, temporary in
      let first = "$TOOL generate $DIGITS -o out --backend host && $TOOL plan $DIGITS -o plan.json"
      #expect(try shell(first, in: folder, temporary: temporary).status == 0)
      let plan = try Data(contentsOf: URL(fileURLWithPath: folder + "/plan.json"))
      let files = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      for command in ["generate $DIGITS -o out --l1 32768", "plan $DIGITS -o plan.json --l1 32768"] {
        #expect(try shell(Self.fullDisk + "exec $TOOL \(command)", in: folder, temporary: temporary).status == 1)
      }
      #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/plan.json")) == plan)
      #expect(try FileManager.default.subpathsOfDirectory(atPath: folder).sorted() == files)
    }
  }

  @Test(
    .disabled(
      if: getuid() == 0 && !Self.canDropRights, "everything is writable for root, and setpriv is not installed"),
    arguments: ["generate $DIGITS -o out", "plan $DIGITS -o plan.json"])
  func `a folder that is read only is refused`(command: String) throws {
    try scratch { folder, temporary in
      let rights = getuid() == 0 ? "setpriv --bounding-set -all --inh-caps -all --reuid 65534 --clear-groups " : ""
      // What the other user runs must be within its reach.
      let script =
        "cp $TOOL $DIGITS .. && cd .. && chmod -R a+rX . && chmod 777 tmp && chmod 555 work && cd work && "
        + "exec \(rights)../dory-gen \(command.replacing("$DIGITS", with: "../digits.tflite"))"
      let (status, errors) = try shell(script, in: folder, temporary: temporary)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder)
      #expect(status == 1 && errors.contains("[DG0012]"), "\(errors)")
      #expect(try listing(folder) == [])
    }
  }

  private static let canDropRights = FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv")

  /// While the C compiler runs, which is when `verify` has a temporary folder and children.
  @Test(arguments: ["INT", "TERM", "HUP"])
  func `an interrupted run ends what it started and removes what it made`(signal: String) throws {
    try scratch { folder, temporary in
      // A pass of the compiler that says that it runs, and never ends; gcc has made a temporary file for it by then.
      let pass = "#!/bin/sh\necho $$ >> \"\(folder)/started\"\nexec sleep 300\n"
      try Data(pass.utf8).write(to: URL(fileURLWithPath: folder + "/pass"))
      let script = """
        chmod +x pass; export CC="gcc -wrapper $PWD/pass"; $TOOL verify $DIGITS --random 1 & tool=$!
        for i in $(seq 600); do test -s started && break; sleep 0.1; done
        kill -\(signal) $tool; wait $tool; status=$?
        for i in $(seq 50); do
          alive=0; for child in $(cat started); do
            case "$(cut -d' ' -f3 /proc/$child/stat 2>/dev/null)" in ''|Z) ;; *) alive=1 ;; esac
          done
          test $alive = 0 && break; sleep 0.1
        done
        test $alive = 0 || exit 99
        exit $status
        """
      let number = try #require(["INT": SIGINT, "TERM": SIGTERM, "HUP": SIGHUP][signal])
      #expect(try shell(script, in: folder, temporary: temporary).status == 128 + number)
      #expect(try listing(temporary) + listing(folder) == ["pass", "started"])
    }
  }

  /// At many moments: while the model is read, planned, the project written, compiled.
  @Test(arguments: 1...12)
  func `a run that is interrupted at any moment leaves nothing and says nothing`(twentieths: Int) throws {
    try scratch { folder, temporary in
      let script = """
        $TOOL verify $DIGITS --random 1 & tool=$!
        sleep \(Double(twentieths) / 20); kill -TERM $tool; wait $tool
        """
      let (status, errors) = try shell(script, in: folder, temporary: temporary)
      #expect(status == 128 + SIGTERM && errors.isEmpty, "\(errors)")
      #expect(try listing(temporary) + listing(folder) == [])
    }
  }

  @Test func `a killed run leaves the output whole or absent, never half written`() throws {
    try scratch { folder, temporary in
      // Killed by the system at the first write past the limit, which is in the middle of a file.
      for blocks in [1, 8, 64] {
        let script = "ulimit -f \(blocks); exec $TOOL generate $DIGITS -o out"
        #expect(try shell(script, in: folder, temporary: temporary).status != 0)
        let made = try listing(folder)
        #expect(!made.contains("out"), "\(blocks) blocks")
      }
      #expect(
        try shell("exec $TOOL generate $DIGITS -o out --backend host", in: folder, temporary: temporary).status == 0)
      #expect(try shell("make -s -C out host CHECK=1", in: folder, temporary: temporary).status == 0)
    }
  }
}
