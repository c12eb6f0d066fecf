from knai.cli.main import main

main()
