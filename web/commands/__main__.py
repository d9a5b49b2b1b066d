from web.commands import main

main()
