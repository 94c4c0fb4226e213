import Foundation
import Testing

/// What documents show of the tool is what it prints.
struct DocumentTests {
  @Test func `the README shows the plan that the tool prints`() throws {
    let page = try String(contentsOfFile: Tool.repository + "/README.md", encoding: .utf8)
    let command =
      ".build/release/dory-gen plan Examples/digits/digits.tflite --l1 18432 --l2 131072 -o out/demo/tight.json\n"
    let begin = try #require(page.range(of: command)).upperBound
    let end = try #require(page[begin...].range(of: ".build/release/dory-gen verify")).lowerBound
    try Tool.scratch { folder in
      let outcome = try Tool.run(["plan", Tool.digits, "--l1", "18432", "--l2", "131072", "-o", folder + "/tight.json"])
      #expect(outcome.output == page[begin..<end])
    }
  }
}
