import Foundation
import Testing

/// What is given on the command line and in small files, right or nearly so.
struct ArgumentTests {
  @Test(arguments: [("131072", "128kB"), ("131072", "128K"), ("1048576", "1MiB")])
  func `sizes may be given in kB and MB of 1024`(bytes: String, size: String) throws {
    let plain = try Tool.run(["plan", Tool.digits, "--l2", bytes])
    #expect(plain.status == 0)
    #expect(try Tool.run(["plan", Tool.digits, "--l2", size]).output == plain.output)
  }

  @Test func `a size that is none is answered with an example and its option`() throws {
    let errors = try Tool.run(["plan", Tool.digits, "--l2", "256 bytes"]).errors
    #expect(errors.contains("give a number of bytes, such as 262144 or 256kB"), "\(errors)")
    let small = try Tool.run(["plan", Tool.digits, "--l2", "256"]).errors
    #expect(small.contains("--l2 is 256, outside 1024 to 1073741824 [DG0405]"), "\(small)")
  }

  @Test func `a target that was printed is one to plan with`() throws {
    try Tool.scratch { folder in
      let path = folder + "/chip.json"
      #expect(try Tool.run(["targets", "gap8", "-o", path]).output == "wrote \(path)\n")
      let printed = try Tool.run(["targets", "gap8"]).output
      #expect(try String(contentsOfFile: path, encoding: .utf8) == printed)
      let plan = try Tool.run(["plan", Tool.digits, "--target", path])
      #expect(try plan.output == Tool.run(["plan", Tool.digits]).output)
    }
  }

  @Test func `a pin of a mistyped layer is answered with the layer that was meant`() throws {
    try Tool.scratch { folder in
      let path = folder + "/pins.json"
      try Data(#"{"layers": [{"name": "conv_3", "tile": {"height": 2}}]}"#.utf8).write(to: URL(fileURLWithPath: path))
      let outcome = try Tool.run(["plan", Tool.digits, "--pin", path])
      #expect(outcome.status == 1 && outcome.errors.contains("[DG0049]\n  hint: did you mean 'conv_03'?"))
    }
  }
}
