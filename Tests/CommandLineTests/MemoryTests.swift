import Foundation
import Testing

/// What files that are too large, or wrong, cost.
struct MemoryTests {
  /// Eight times as much as the file would have been needed to make numbers of it.
  @Test func `samples of the wrong shape are refused within a small multiple of their file`() throws {
    try Tool.scratch { path in
      let rows = 1 << 24
      let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (\(rows), 7), }"
      let padded = header + String(repeating: " ", count: 117 - header.utf8.count) + "\n"
      let file = path + "/in.npy"
      try Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(padded.utf8)).write(to: URL(fileURLWithPath: file))
      #expect(truncate(file, 128 + 7 * rows) == 0)
      let run = Process()
      run.executableURL = URL(fileURLWithPath: "/bin/sh")
      // 800 MiB of address space, of which the program itself takes some 300.
      run.arguments =
        ["-c", "ulimit -v 819200; exec \"$@\" 2>&1", "sh"]
        + [Tool.path, "run", Tool.digits, "--backend", "reference", "--input", file]
      let output = Pipe()
      run.standardOutput = output
      try run.run()
      let words = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      run.waitUntilExit()
      #expect(run.terminationStatus == 1 && words.contains("[DG0021]"), "\(words)")
    }
  }
}
