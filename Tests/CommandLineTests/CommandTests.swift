import Foundation
import Testing

struct CommandTests {
  @Test func `check lists every operator with its work`() throws {
    let report = try Tool.run(["check", Tool.digits, "--json"]).json()
    #expect(report["supported"] as? Bool == true)
    #expect(report["dialect"] as? String == "tflite")
    let operators = try #require(report["operators"] as? [[String: Any]])
    // As Examples/digits/README.md counts them: the script that made the model wrote these.
    #expect(operators.count == 12)
    #expect(report["macs"] as? Int == 436_352)
    #expect(report["parameters"] as? Int == 48_410)
  }

  @Test func `plan writes the same JSON to a pipe and to a file`() throws {
    try Tool.scratch { folder in
      let piped = try Tool.run(["plan", Tool.digits])
      let written = try Tool.run(["plan", Tool.digits, "-o", folder + "/plan.json", "--quiet"])
      #expect(written.output == "")
      let file = try String(contentsOfFile: folder + "/plan.json", encoding: .utf8)
      #expect(piped.output == file)
      let plan = try piped.json()
      let keys = [
        "version", "generator", "model", "target", "objective", "solver", "totals", "tensors", "layers",
      ]
      for key in keys { #expect(plan[key] != nil, "\(key)") }
    }
  }

  @Test func `verify writes the report that others read`() throws {
    try Tool.scratch { folder in
      let outcome = try Tool.run(
        ["verify", Tool.digits, "--random", "2", "--seed", "9", "--json", folder + "/report.json"])
      #expect(outcome.status == 0)
      let data = try Data(contentsOf: URL(fileURLWithPath: folder + "/report.json"))
      let report = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      #expect(report["pass"] as? Bool == true)
      #expect(report["profile"] as? String == "tflm")
      #expect(report["samples"] as? Int == 2)
      #expect(report["seed"] as? Int == 9)
      let host = try #require((report["backends"] as? [String: Any])?["host"] as? [String: Any])
      let layers = try #require(host["layers"] as? [[String: Any]])
      #expect(layers.count == 11)
      #expect(layers.allSatisfy { $0["mismatches"] as? Int == 0 && ($0["elements"] as? Int ?? 0) > 0 })
    }
  }

  @Test func `DORY's configuration reserves L2 and is about the model that it names`() throws {
    try Tool.scratch { folder in
      let path = folder + "/config.json"
      try Data(#"{"BNRelu_bits": 32, "onnx_file": "other.onnx", "code reserved space": 270000}"#.utf8)
        .write(to: URL(fileURLWithPath: path))
      let outcome = try Tool.run(["plan", Tool.digits, "--dory-config", path])
      let budgets = try #require(try outcome.json()["budgets"] as? [[String: Any]])
      let l2 = try #require(budgets.first { $0["level"] as? String == "l2" })
      #expect((l2["capacityBytes"] as? Int ?? 0) - (l2["availableBytes"] as? Int ?? 0) == 270_000)
      #expect(outcome.errors.contains("is for 'other.onnx', but the model is 'digits.tflite' [DG0064]"))
      #expect(!outcome.errors.contains("BNRelu_bits"), "a note is for --verbose")
      let both = ["generate", Tool.digits, "-o", folder + "/project", "--plan", path, "--dory-config", path]
      #expect(try Tool.run(both).status == 64)
    }
  }

  @Test func `what is read is not written over, by whatever name`() throws {
    try Tool.scratch { folder in
      let (model, link, input) = (folder + "/model.tflite", folder + "/link", folder + "/output0.npy")
      try FileManager.default.copyItem(atPath: Tool.digits, toPath: model)
      try FileManager.default.copyItem(atPath: Tool.repository + "/Examples/digits/test_images.npy", toPath: input)
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: model)
      let plan = folder + "/plan.json"
      #expect(try Tool.run(["plan", model, "-o", plan]).status == 0)
      let commands = [
        ["plan", model, "-o", model], ["plan", model, "-o", link], ["plan", model, "--pin", plan, "-o", plan],
        ["verify", model, "--fast", "--json", link], ["report", plan, "-o", plan], ["trace", plan, "-o", plan],
        ["run", model, "--backend", "reference", "--input", input, "--output", folder],
        ["run", model, "--backend", "reference", "--input", input, "--dump-layers", folder],
      ]
      let files = [model, plan, input]
      let before = try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) }
      for command in commands {
        let outcome = try Tool.run(command)
        #expect(outcome.status == 1 && outcome.errors.contains("[DG0016]"), "\(command): \(outcome.errors)")
      }
      #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: $0)) } == before)
    }
  }

  @Test func `a name can't command a terminal`() throws {
    let name = "\u{1B}[2J\u{9B}1m\u{202E}\r\u{7}.tflite"
    let missing = try Tool.run(["check", name])
    #expect(missing.errors.contains("?[2J?1m???.tflite") && missing.status == 1)
    try Tool.scratch { folder in
      try FileManager.default.copyItem(atPath: Tool.digits, toPath: folder + "/" + name)
      let generated = try Tool.run(["generate", name, "-o", name + "d"], in: folder)
      #expect(generated.status == 0)
      for text in [generated.output, generated.errors] {
        #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control })
      }
    }
  }

  @Test func `the generated project is the same from anywhere and builds with two compilers`() throws {
    try Tool.scratch { folder in
      let first = try Tool.run(["generate", Tool.digits, "-o", "a"], in: folder)
      #expect(first.status == 0)
      let second = try Tool.run(
        ["generate", "digits.tflite", "-o", folder + "/b"], in: Tool.repository + "/Examples/digits")
      #expect(second.status == 0)
      #expect(try Self.contents(folder + "/a") == Self.contents(folder + "/b"))
      for compiler in ["gcc", "clang"] {
        #expect(try Self.make(folder + "/a", compiler) == 0, "\(compiler)")
      }
    }
  }

  @Test func `host and reference give the same outputs, in files that NumPy reads`() throws {
    try Tool.scratch { folder in
      let images = Tool.repository + "/Examples/digits/test_images.npy"
      for backend in ["host", "reference"] {
        let outcome = try Tool.run(
          ["run", Tool.digits, "--backend", backend, "--input", images, "--output", "\(folder)/\(backend)", "--quiet"])
        #expect(outcome.status == 0)
      }
      let host = try Data(contentsOf: URL(fileURLWithPath: folder + "/host/output0.npy"))
      let reference = try Data(contentsOf: URL(fileURLWithPath: folder + "/reference/output0.npy"))
      #expect(host == reference)
      // 360 images, 10 classes, one byte each, after a header of 128.
      #expect(host.count == 128 + 3600)
    }
  }

  @Test func `a golden file that differs by one code fails with its place`() throws {
    try Tool.scratch { folder in
      let golden = folder + "/golden"
      try FileManager.default.copyItem(atPath: Tool.repository + "/Examples/digits/golden", toPath: golden)
      let path = URL(fileURLWithPath: golden + "/output0.bin")
      var codes = try Data(contentsOf: path)
      codes[25] ^= 1
      try codes.write(to: path)
      let outcome = try Tool.run(["verify", Tool.digits, "--golden", golden])
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains("output0.bin, 'softmax_12': 1 of 10 differ, not explained by xnnpack; sample 2"))
      #expect(outcome.errors.contains("at (h 0, w 0, c 5): expected"))
    }
  }

  @Test func `report and trace draw a plan, the same to a file and to a pipe`() throws {
    try Tool.scratch { folder in
      let plan = folder + "/plan.json"
      _ = try Tool.run(["plan", Tool.digits, "-o", plan])
      for command in ["report", "trace"] {
        let file = folder + "/" + command
        let written = try Tool.run([command, plan, "-o", file])
        #expect(written.status == 0 && written.output.hasPrefix("wrote \(file): ") && written.errors == "")
        let piped = try Tool.run([command, plan, "-o", "-"])
        #expect(piped.output == (try String(contentsOfFile: file, encoding: .utf8)))
        #expect(piped.output.hasPrefix(command == "report" ? "<!DOCTYPE html>" : "{\"displayTimeUnit\":\"ms\""))
      }
      let text = try String(contentsOfFile: plan, encoding: .utf8)
      try text.replacing("\"digits\"", with: "\"numbers\"").write(toFile: plan, atomically: true, encoding: .utf8)
      let changed = try Tool.run(["report", plan, "-o", folder + "/changed"])
      #expect(changed.status == 0 && changed.errors.contains("[DG0045]"))
    }
  }

  @Test func `explain says why and diff says what`() throws {
    try Tool.scratch { folder in
      let (first, second) = (folder + "/a.json", folder + "/b.json")
      _ = try Tool.run(["plan", Tool.digits, "-o", first])
      _ = try Tool.run(["plan", Tool.digits, "--l2", "104448", "-o", second])
      let explained = try Tool.run(["explain", first, "--json"]).json()
      #expect((explained["layers"] as? [Any])?.count == 11)
      #expect(((explained["memory"] as? [String: Any])?["variants"] as? [Any])?.count == 6)
      let same = try Tool.run(["diff", first, first])
      #expect((same.status, same.output, same.errors) == (0, "", ""))
      let different = try Tool.run(["diff", first, second])
      #expect(different.status == 1 && different.output.contains("l2.bytes: 524288 -> 104448"))
      let document = try Tool.run(["diff", first, second, "--json"]).json()
      #expect(document["equal"] as? Bool == false)
    }
  }

  @Test func `a changed plan is explained with a warning, and what can't run is not`() throws {
    try Tool.scratch { folder in
      let path = folder + "/plan.json"
      _ = try Tool.run(["plan", Tool.digits, "-o", path])
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.replacing("\"name\" : \"digits\"", with: "\"name\" : \"numbers\"").write(
        toFile: path, atomically: true, encoding: .utf8)
      let renamed = try Tool.run(["explain", path, "--quick"])
      #expect(renamed.status == 0 && renamed.errors.contains("warning: has digest"))
      #expect(renamed.output.hasPrefix("numbers on gap8"))
      try text.replacing("\"height\" : 8", with: "\"height\" : 7").write(
        toFile: path, atomically: true, encoding: .utf8)
      #expect(try Tool.run(["explain", path, "--quick"]).status == 1)
    }
  }

  @Test func `pins change the plan and are kept`() throws {
    try Tool.scratch { folder in
      let pins = folder + "/pins.json"
      try #"{"layers": [{"name": "conv_00", "tile": {"height": 2}}]}"#.write(
        toFile: pins, atomically: true, encoding: .utf8)
      let plan = try Tool.run(["plan", Tool.digits, "--pin", pins]).json()
      let layers = try #require(plan["layers"] as? [[String: Any]])
      #expect((layers[0]["tile"] as? [String: Any])?["height"] as? Int == 2)
      #expect(try Tool.run(["verify", Tool.digits, "--random", "1", "--pin", pins]).status == 0)
    }
  }

  /// Every file below a folder, by its path.
  static func contents(_ folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      let url = URL(fileURLWithPath: folder + "/" + path)
      if !url.hasDirectoryPath, let data = try? Data(contentsOf: url) { files[path] = data }
    }
    return files
  }

  /// Builds a generated project from scratch.
  static func make(_ folder: String, _ compiler: String) throws -> Int32 {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["make", "-C", folder, "clean", "host", "CC=\(compiler)"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus
  }
}
