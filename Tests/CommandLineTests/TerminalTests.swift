import Foundation
import Testing

/// What a person sees on a terminal, and what a program gets instead.
struct TerminalTests {
  @Test(arguments: [60, 80, 100, 200])
  func `the table of a plan fits its terminal`(columns: Int) throws {
    let seen = try PseudoTerminal.run(["plan", Tool.digits], columns: columns, environment: ["NO_COLOR": "1"])
    #expect(seen.status == 0)
    #expect(seen.lines.allSatisfy { $0.count <= columns }, "\(seen.lines)")
    #expect(!seen.lines.joined().contains("\u{1B}"))
    let header = try #require(seen.lines.first { $0.hasPrefix("layer") })
    #expect(header.contains("cycles") && header.contains("share"))
    #expect(header.contains("L1 bytes") == (columns == 200))
    #expect(seen.lines.contains { $0.hasPrefix("dwconv_02") })
  }

  @Test(arguments: [["targets"], ["explain", "--layer", "conv_00"]])
  func `sentences of a table stay within their terminal`(arguments: [String]) throws {
    try Tool.scratch { folder in
      let plan = folder + "/plan.json"
      _ = try Tool.run(["plan", Tool.digits, "-o", plan])
      let command = arguments + (arguments[0] == "explain" ? [plan] : [])
      let seen = try PseudoTerminal.run(command, columns: 60, environment: ["NO_COLOR": "1"])
      #expect(seen.status == 0)
      #expect(seen.lines.allSatisfy { $0.count <= 60 }, "\(seen.lines)")
    }
  }

  @Test func `colours are for terminals that have them and people who want them`() throws {
    func colors(_ environment: [String: String], output: String? = nil) throws -> Bool {
      let arguments = ["targets"]
      let seen = try PseudoTerminal.run(arguments, output: output, environment: environment)
      return try (output.map { try String(contentsOfFile: $0, encoding: .utf8) } ?? seen.bytes).contains("\u{1B}[2m")
    }
    #expect(try colors([:]))
    #expect(try !colors(["NO_COLOR": "1"]))
    #expect(try !colors(["TERM": "dumb"]))
    #expect(try !colors(["NO_COLOR": "1", "CLICOLOR_FORCE": "1"]))
    try Tool.scratch { folder throws in
      #expect(try !colors([:], output: folder + "/out"))
      #expect(try colors(["CLICOLOR_FORCE": "1"], output: folder + "/out"))
      #expect(try !colors(["CLICOLOR_FORCE": "0"], output: folder + "/out"))
    }
  }

  @Test func `COLUMNS says how wide a terminal is`() throws {
    let narrow = try PseudoTerminal.run(["plan", Tool.digits], columns: 200, environment: ["COLUMNS": "60"])
    #expect(narrow.lines.contains { $0.contains("cycles") && !$0.contains("L1 bytes") })
  }

  @Test func `what a program reads is the same wherever a person sits`() throws {
    try Tool.scratch { folder in
      let plan = folder + "/plan.json"
      let piped = try Tool.run(["plan", Tool.digits, "-o", plan])
      for columns in [40, 200] {
        let output = folder + "/out"
        let seen = try PseudoTerminal.run(["plan", Tool.digits, "-o", plan], columns: columns, output: output)
        #expect(try String(contentsOfFile: output, encoding: .utf8) == piped.output)
        // Progress was on the terminal, and nothing of it stays.
        #expect(!seen.passing.isEmpty && seen.lines.allSatisfy(\.isEmpty), "\(seen.bytes)")
      }
    }
  }

  @Test(arguments: ["verify", "run"])
  func `long work says what it is at, and takes that away before the result`(command: String) throws {
    let images = Tool.repository + "/Examples/digits/test_images.npy"
    let arguments = command == "verify" ? ["--random", "2"] : ["--input", images]
    let seen = try PseudoTerminal.run([command, Tool.digits] + arguments, columns: 120)
    #expect(seen.status == 0)
    let built = seen.passing.filter { $0.contains("building for the host: ") && $0.contains(" files") }
    #expect(!built.isEmpty, "\(seen.passing)")
    for word in ["building", "linking", "planning", "reading", "reference:", "on the host:"] {
      #expect(!seen.lines.contains { $0.hasPrefix(word) }, "\(word): \(seen.lines)")
    }
    #expect(
      seen.lines.contains { $0.hasPrefix(command == "verify" ? "\u{1B}[32mpass" : "sample 0, ") }, "\(seen.lines)")
  }

  @Test(arguments: [["--quiet"], []])
  func `nothing of progress is where nobody sees it`(options: [String]) throws {
    try Tool.scratch { folder in
      let output = folder + "/out"
      let arguments = ["verify", Tool.digits, "--random", "1", "--fast", "--json", folder + "/report.json"] + options
      let seen = try PseudoTerminal.run(
        arguments, output: output, environment: options.isEmpty ? ["TERM": "dumb"] : [:])
      #expect(seen.bytes == "" && seen.status == 0)
      let piped = try Tool.run(arguments)
      #expect(piped.errors == "")
      let text = try String(contentsOfFile: output, encoding: .utf8)
      #expect(text == piped.output && text.isEmpty == !options.isEmpty && !text.contains("building"))
    }
  }
}
