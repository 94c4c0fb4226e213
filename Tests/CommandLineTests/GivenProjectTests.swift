import Foundation
import Testing

/// `verify --project`: C that lies on disk, as it is.
struct GivenProjectTests {
  /// What a report says of the whole, and of each layer in their order.
  private func read(_ report: String) throws -> (document: [String: Any], layers: [[String: Any]]) {
    let data = try Data(contentsOf: URL(fileURLWithPath: report))
    let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let host = try #require((document["backends"] as? [String: Any])?["host"] as? [String: Any])
    return (document, try #require(host["layers"] as? [[String: Any]]))
  }

  /// A project of the digits below the folder whose `conv_03` is changed.
  private func project(in folder: String, _ change: (String) -> String) throws -> String {
    let project = folder + "/project"
    let generated = try Tool.run(["generate", Tool.digits, "-o", project, "--backend", "host"])
    #expect(generated.status == 0, "\(generated.errors)")
    let layer = URL(fileURLWithPath: project + "/layers/conv_03.c")
    let text = try String(contentsOf: layer, encoding: .utf8)
    let changed = change(text)
    try #require(changed != text)
    try Data(changed.utf8).write(to: layer)
    return project
  }

  @Test func `of C that was changed the first layer that differs is named`() throws {
    try Tool.scratch { folder in
      let project = folder + "/project"
      let generated = try Tool.run(["generate", Tool.digits, "-o", project, "--backend", "host", "--l2", "131072"])
      #expect(generated.status == 0, "\(generated.errors)")
      let verify = ["verify", Tool.digits, "--project", project, "--random", "1", "--fast"]
      #expect(try Tool.run(verify).status == 0)

      let layer = URL(fileURLWithPath: project + "/layers/conv_03.c")
      let text = try String(contentsOf: layer, encoding: .utf8)
      let changed = text.replacing(".low = -128", with: ".low = 64")
      try #require(changed != text)
      try Data(changed.utf8).write(to: layer)
      let outcome = try Tool.run(verify + ["--json", folder + "/report.json"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("first difference: sample 0, conv_03 at "), "\(outcome.errors)")
      let layers = try read(folder + "/report.json").layers
      let counts = try layers.map { try #require($0["mismatches"] as? Int) }
      let step = try #require(layers.firstIndex { $0["name"] as? String == "conv_03" })
      #expect(counts[..<step].allSatisfy { $0 == 0 } && counts[step] > 0, "\(counts)")

      try Data((changed + "\n#error no longer C\n").utf8).write(to: layer)
      let broken = try Tool.run(verify)
      #expect(broken.status == 1 && broken.errors.contains("[DG0031]"))
      #expect(broken.errors.contains("hint: mend what the compiler names"), "\(broken.errors)")
    }
  }

  @Test func `what a program that stopped did not come to is missing and not called wrong`() throws {
    try Tool.scratch { folder in
      // Of the first slot of the input, far outside of L1.
      let project = try project(in: folder) { text in
        text.replacing(/(\.operand\[DORY_INPUT0\] = \{DORY_L2, \d+, \{0, 0, 0\}, \{)\d+/) { "\($0.1)16777216" }
      }
      let outcome = try Tool.run(
        ["verify", Tool.digits, "--project", project, "--random", "2", "--json", folder + "/report.json"])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("the program stopped in sample 0, layer conv_03; "), "\(outcome.errors)")
      #expect(outcome.errors.contains("fault: outside of memory: layer conv_03"), "\(outcome.errors)")
      #expect(!outcome.errors.contains("first difference"), "\(outcome.errors)")

      let (document, layers) = try read(folder + "/report.json")
      let step = try #require(layers.firstIndex { $0["name"] as? String == "conv_03" })
      for (index, layer) in layers.enumerated() {
        #expect(layer["mismatches"] as? Int == 0)
        let (compared, missing) = (try #require(layer["elements"] as? Int), try #require(layer["missing"] as? Int))
        // The first sample came as far as the layer before.
        #expect(index < step ? compared == missing : compared == 0, "\(layer)")
      }
      #expect(document["pass"] as? Bool == false)
    }
  }

  @Test(arguments: [
    ("exit(0);", "the program stopped in sample 0, layer conv_03; "),
    ("abort();", "the program ended with signal 6, "),
    ("for (;;) { puts(\"0123456789\"); }", "printed more than 4194304 bytes and was ended [DG0035]"),
    ("volatile char all[1 << 26]; all[0] = 0; if (all[0] != 0) { return; }", "of the host; at layers/conv_03.c:"),
  ])
  func `however a changed program ends, it is said where and how`(statement: String, words: String) throws {
    try Tool.scratch { folder in
      let start = "void network_conv_03(void) {\n"
      let project = try project(in: folder) { text in
        let changed = text.replacing(start, with: "\(start)  \(statement)\n")
        return changed == text ? text : "#include <stdio.h>\n#include <stdlib.h>\n" + changed
      }
      let outcome = try Tool.run(["verify", Tool.digits, "--project", project, "--random", "1"])
      #expect(outcome.status == 1 && outcome.errors.contains(words), "\(outcome.errors)")
    }
  }

  @Test func `a folder without a plan is no project`() throws {
    try Tool.scratch { folder in
      let outcome = try Tool.run(["verify", Tool.digits, "--project", folder])
      #expect(outcome.status == 1 && outcome.errors.contains("error: no generated project is there"))
      #expect(outcome.errors.contains("[DG0001]\n  hint: give a folder that 'dory-gen generate"), "\(outcome.errors)")
    }
  }
}
