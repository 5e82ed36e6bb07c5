print("clava")
