import Foundation
import Testing

/// The contract of exit codes: 0 done, 1 refused or different, 64 usage.
struct ExitCodeTests {
  @Test(arguments: [
    ["--version"], ["--help"], ["verify", "--help"], ["targets"], ["targets", "gap8"], ["check", Tool.digits],
    ["check", Tool.digits, "--json"], ["plan", Tool.digits, "--quiet"],
    ["--generate-completion-script", "bash"],
  ])
  func `what can be done ends with 0 and complains of nothing`(arguments: [String]) throws {
    let outcome = try Tool.run(arguments)
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
  }

  @Test(arguments: [
    [], ["frobnicate"], ["plan"], ["plan", Tool.digits, "--l1", "many"], ["plan", Tool.digits, "--l2", "-5"],
    ["plan", Tool.digits, "--objective", "beauty"], ["generate", Tool.digits], ["run", Tool.digits],
    ["verify", Tool.digits, "--random", "0"], ["verify", Tool.digits, "--random", "1", "--golden", "x"],
    ["verify", Tool.digits, "--backend", "toaster"], ["verify", Tool.digits, "--fast", "--dma-seed", "1"],
    ["verify", Tool.digits, "--random", "1", "--backend", "cluster", "--sanitize"],
    ["run", Tool.digits, "--input", "x.npy", "--timeline", "t.json"],
    ["verify", Tool.digits, "--profile", "vibes"], ["explain"], ["diff", "one.json"],
    ["report", "plan.json"], ["trace", "plan.json"], ["plan", Tool.digits, "--l2", "256x"],
    ["plan", Tool.digits, "--l2", "9007199254740993kB"], ["targets", "-o", "target.json"],
    ["verify", Tool.digits, "--project", "x", "--l2", "262144"],
  ])
  func `a wrong command line ends with 64 and says why`(arguments: [String]) throws {
    let outcome = try Tool.run(arguments)
    // Without a command the tool shows its help, which is no mistake.
    #expect(outcome.status == (arguments.isEmpty ? 0 : 64))
    #expect(arguments.isEmpty || !outcome.errors.isEmpty)
  }

  @Test(arguments: [
    ["check", "/no/such/model.tflite"], ["plan", "/"], ["check", Tool.repository + "/README.md"],
    ["plan", Tool.digits, "--target", "toaster"], ["plan", Tool.digits, "--target", "/no/such/target.json"],
    ["plan", Tool.digits, "--l2", "1024"], ["plan", Tool.digits, "--l1", "9864"],
    ["verify", Tool.digits, "--random", "1048577"], ["verify", Tool.digits, "--random", "9223372036854775807"],
    ["plan", Tool.digits, "-o", "/no/such/folder/plan.json"],
    ["verify", Tool.digits, "--golden", "/no/such/folder"], ["verify", Tool.digits, "--profile", "ort-x86"],
    ["run", Tool.digits, "--input", "/no/such/input.npy"], ["run", Tool.digits, "--input", Tool.digits],
    ["generate", Tool.digits, "-o", Tool.repository], ["verify", Tool.digits, "--backend", "pmsis"],
    ["generate", Tool.digits, "-o", "x", "--input", "/no/such/input.npy"],
    ["generate", Tool.digits, "-o", "x", "--plan", Tool.digits],
    ["plan", Tool.digits, "--pin", "/no/such/pins.json"], ["plan", Tool.digits, "--pin", Tool.digits],
    ["explain", Tool.digits], ["diff", Tool.digits, Tool.digits],
    ["report", Tool.digits, "-o", "x.html"], ["trace", Tool.digits, "-o", "x.json"],
  ])
  func `what is refused ends with 1, with a code and an action`(arguments: [String]) throws {
    let outcome = try Tool.run(arguments)
    #expect(outcome.status == 1)
    #expect(outcome.errors.contains(/error: .* \[DG\d{4}\]/))
    #expect(outcome.errors.contains("hint: "))
  }

  @Test(arguments: [
    (["pln"], 64, "did you mean 'plan'?"), (["verfiy", Tool.digits], 64, "did you mean 'verify'?"),
    (["help", "exlpain"], 64, "did you mean 'explain'?"), (["frobnicate"], 64, "the commands are check, plan"),
    (["plan", "x", "--targte", "y"], 64, "--target"),
    (["verify", Tool.digits, "--backend", "clutser"], 64, "did you mean 'cluster'?"),
    (["plan", Tool.digits, "--target", "gap"], 1, "did you mean 'gap8'?"),
    (["targets", "culster"], 1, "did you mean 'cluster'?"),
  ])
  func `a slip of the finger is answered with what was meant`(
    arguments: [String], status: Int32, answer: String
  ) throws {
    let outcome = try Tool.run(arguments)
    #expect(outcome.status == status)
    #expect(outcome.errors.contains(answer), "\(outcome.errors)")
  }
}
