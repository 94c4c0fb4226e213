print("dory-gen")
