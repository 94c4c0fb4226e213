import NetworkIR
import PlanVerification
import Testing

struct ValidPlanTests {
  @Test(arguments: ValidPlans.names)
  func `a plan written by hand has no violations`(name: String) throws {
    let network = try ValidNetworks.network(name)
    let violations = PlanVerifier.violations(in: ValidPlans.plan(name), network: network)
    #expect(violations.isEmpty, "\(violations.map(\.description).joined(separator: "\n"))")
  }
}
